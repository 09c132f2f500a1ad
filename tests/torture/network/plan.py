"""Where the relays listen and whom they stand for: a file that all who need it are told of."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "HEADWATER_TORTURE_NETWORK"
"""The environment variable that tells a broker's start of the file."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Ports by broker, whose names are their numbers. ``host`` is where relays for brokers listen:
    on the ports that those have on 127.0.0.1."""

    data_dir: str
    host: str
    internal_ports: dict[str, int]
    database_ports: dict[str, int]

    @classmethod
    def read(cls, path: Path) -> "Plan":
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    def database(self) -> tuple[str, int]:
        """Where PostgreSQL is, which ``up`` decides when it first starts."""
        record = json.loads((Path(self.data_dir) / "instance.json").read_text())
        return "127.0.0.1", record["database_port"]

    def pid_file(self, broker: str) -> Path:
        """Who is that broker; a process keeps its id when it becomes the broker."""
        return Path(self.data_dir) / "run" / f"broker-{broker}.torture-pid"
