"""What ``doctor`` says of one thing."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined. ``mend`` says what to do when it is not good."""

    name: str
    good: bool
    found: str
    mend: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
