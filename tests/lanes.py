"""What begins first when ``-n`` gives the tests several lanes.

Much of a whole run is waiting: for a broker to be missed, for a service to start. The simulation
uses that time: it only computes, begins first in a lane of its own, and gives way to the others.
The tests of one file stay in one lane, in their order: they share what they started.
"""

from pathlib import Path
from typing import Final

import pytest

FIRST: Final = ("sim", "faults", "compat", "torture", "e2e", "node", "apps", "model")
"""Folders by how long their longest file takes: what is short fills the gaps at the end."""

TESTS: Final = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)  # Stable: within a file nothing changes.


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return FIRST.index(folder) if folder in FIRST else len(FIRST)
