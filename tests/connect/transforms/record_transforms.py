"""Record what Apache Kafka's own transformations make of ``cases``: ``python -m
tests.connect.transforms.record_transforms``. It needs Java and Kafka's jars (``bench.kafka_jars``).
"""

import json
import subprocess
import tempfile
from pathlib import Path

from bench.kafka_jars import connect_class_path
from tests.connect.transforms.cases import CASES

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
DEFINITIONS = HERE / "recorded_definitions.json"


def main() -> None:
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names), "two cases have one name"
    class_path = connect_class_path()
    with tempfile.TemporaryDirectory() as folder:
        source = HERE / "RecordTransforms.java"
        subprocess.run(["javac", "-nowarn", "-cp", class_path, "-d", folder, source], check=True)
        cases = Path(folder) / "cases.json"
        cases.write_text(json.dumps(CASES))
        answers, definitions = Path(folder) / "answers.json", Path(folder) / "definitions.json"
        java = ["java", "-cp", f"{class_path}:{folder}", "RecordTransforms"]
        subprocess.run([*java, cases, answers, definitions], check=True)
        recorded = json.loads(answers.read_text())
        told = json.loads(definitions.read_text())
    lines = (f"{json.dumps(name)}: {json.dumps(recorded[name])}" for name in names)
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    DEFINITIONS.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
