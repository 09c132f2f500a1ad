"""Apache Kafka's jars from Maven Central, kept in the user's cache folder.

Used as a peer by the benchmarks and as an oracle by the compatibility tests.
"""

import os
import shutil
import subprocess
from pathlib import Path

KAFKA_VERSION = "4.2.0"

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>headwater</groupId><artifactId>jars</artifactId>
<version>1</version><dependencies>{dependencies}</dependencies>
</project>
"""

_DEPENDENCY = """<dependency><groupId>org.apache.kafka</groupId>
<artifactId>{artifact}</artifactId><version>{version}</version></dependency>"""


class JarsUnavailable(Exception):
    """What is missing, in words that a skip can give as its reason."""


def kafka_class_path() -> str:
    """A class path of Kafka's server, clients and tools. Raises ``JarsUnavailable``."""
    return _class_path(f"kafka-{KAFKA_VERSION}", "kafka_2.13")


def streams_class_path() -> str:
    """A class path of Kafka Streams and its clients. Raises ``JarsUnavailable``."""
    return _class_path(f"kafka-streams-{KAFKA_VERSION}", "kafka-streams")


def connect_class_path() -> str:
    """A class path of Connect's workers and its file connectors. Raises ``JarsUnavailable``."""
    return _class_path(f"kafka-connect-{KAFKA_VERSION}", "connect-runtime", "connect-file")


def _class_path(name: str, *artifacts: str) -> str:
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise JarsUnavailable(f"{program} is not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "headwater" / name
    complete = folder / "complete"
    if not complete.exists():
        folder.mkdir(parents=True, exist_ok=True)
        dependencies = "".join(
            _DEPENDENCY.format(artifact=artifact, version=KAFKA_VERSION) for artifact in artifacts
        )
        (folder / "pom.xml").write_text(_POM.format(dependencies=dependencies))
        fetch = [
            "mvn", "-q", "-B", "-f", str(folder / "pom.xml"),
            "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'libs'}",
        ]  # fmt: skip
        done = subprocess.run(fetch, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode != 0:
            raise JarsUnavailable(f"Maven Central was not reached: {done.stdout[-300:]}")
        complete.touch()
    return f"{folder / 'libs'}/*"
