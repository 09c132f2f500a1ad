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

    def note_process(self, broker: str, pid: int) -> None:
        """That process says that it is this broker; there may be others."""
        with self._processes(broker).open("a") as file:
            file.write(f"{pid}\n")

    def processes(self, broker: str) -> list[int]:
        """Whoever has said so, the last one first."""
        try:
            found = self._processes(broker).read_text().split()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in reversed(found)]

    def _processes(self, broker: str) -> Path:
        return Path(self.data_dir) / "run" / f"broker-{broker}.processes"
