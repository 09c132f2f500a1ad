"""What somebody needs to use the demo, and the file that remembers it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from streaming.cell.instance import Instance


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """The demo tenant's ways in: an administrator's API key, and a person for the console."""

    tenant: str
    cluster_id: str
    topic: str
    api_key: str
    api_secret: str
    login: str
    password: str


def demo_file(instance: Instance) -> Path:
    """Where the demo's access is kept, readable by its owner only."""
    return instance.data_dir / "demo.json"


def read_access(instance: Instance) -> DemoAccess | None:
    """What ``save_access`` wrote; None when this deployment has no demo."""
    try:
        return DemoAccess(**json.loads(demo_file(instance).read_text()))
    except FileNotFoundError:
        return None


def save_access(instance: Instance, access: DemoAccess) -> None:
    """Write the file whole or not at all."""
    path = demo_file(instance)
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(access), file, indent=2)
    partial.replace(path)
