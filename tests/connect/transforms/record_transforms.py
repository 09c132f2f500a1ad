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


def main() -> None:
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names), "two cases have one name"
    class_path = connect_class_path()
    with tempfile.TemporaryDirectory() as folder:
        source = HERE / "RecordTransforms.java"
        subprocess.run(["javac", "-nowarn", "-cp", class_path, "-d", folder, source], check=True)
        cases = Path(folder) / "cases.json"
        cases.write_text(json.dumps(CASES))
        answers = Path(folder) / "answers.json"
        command = ["java", "-cp", f"{class_path}:{folder}", "RecordTransforms", cases, answers]
        subprocess.run(command, check=True)
        recorded = json.loads(answers.read_text())
    lines = (f"{json.dumps(name)}: {json.dumps(recorded[name])}" for name in names)
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
