"""Where the relays listen and whom they stand for."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


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
