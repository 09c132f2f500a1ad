"""How a process becomes a broker of a network: a file that ``broker_start.py`` is told of."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

VARIABLE = "HEADWATER_TORTURE_NETWORK"
"""The environment variable that names the file."""


@dataclass(frozen=True, slots=True)
class Start:
    """``database`` and ``redis``: the ``host:port`` that stand for the stores; the stores' own when
    None. ``variables`` are the environment's. ``namespace`` is a path; None is where it is."""

    database: str
    variables: dict[str, str] = field(default_factory=dict)
    redis: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Starts:
    """By broker, whose name is its number."""

    data_dir: str
    brokers: dict[str, Start]

    @classmethod
    def read(cls, path: Path) -> "Starts":
        told = json.loads(path.read_text())
        return cls(told["data_dir"], {b: Start(**each) for b, each in told["brokers"].items()})

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))
