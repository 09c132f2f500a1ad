"""Which processes have said that they are a broker."""

from pathlib import Path


def note(data_dir: Path, broker: str, pid: int) -> None:
    """That process says that it is this broker; there may be others."""
    with _file(data_dir, broker).open("a") as file:
        file.write(f"{pid}\n")


def noted(data_dir: Path, broker: str) -> list[int]:
    """Whoever has said so, the last one first."""
    try:
        found = _file(data_dir, broker).read_text().split()
    except FileNotFoundError:
        return []
    return [int(pid) for pid in reversed(found)]


def _file(data_dir: Path, broker: str) -> Path:
    return data_dir / "run" / f"broker-{broker}.processes"
