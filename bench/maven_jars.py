"""Jars from Maven Central, kept in the user's cache folder."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>headwater</groupId><artifactId>jars</artifactId>
<version>1</version><dependencies>{dependencies}</dependencies>
</project>
"""

_DEPENDENCY = """<dependency><groupId>{}</groupId><artifactId>{}</artifactId>
<version>{}</version></dependency>"""


class JarsUnavailable(Exception):
    """What is missing, in words that a skip can give as its reason."""


def class_path(name: str, coordinates: Sequence[str]) -> str:
    """A class path of artifacts and all that they need.

    Args:
        name: the folder's in the cache; another one for other coordinates.
        coordinates: each ``group:artifact:version``.

    Raises:
        JarsUnavailable: Java or Maven is missing, or Maven reaches no repository.
    """
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise JarsUnavailable(f"{program} is not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "headwater" / name
    complete = folder / "complete"
    if not complete.exists():
        folder.mkdir(parents=True, exist_ok=True)
        dependencies = "".join(_DEPENDENCY.format(*each.split(":")) for each in coordinates)
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
