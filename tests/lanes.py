"""What begins first when ``-n`` gives the tests several lanes, and what stays together.

Much of a whole run is waiting: for a broker to be missed, for a service to start. The simulation
uses that time: it only computes, begins first in a lane of its own, and gives way to the others.
The tests of one file stay in one lane, in their order: they share what they started. So do those
of a folder whose tests share a whole service: each lane would start one of its own, which costs
half a minute of a core before the first test, and a quarter of a core as long as it lives.
"""

from pathlib import Path
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

FIRST: Final = ("sim", "compat", "e2e", "faults", "torture", "node", "apps", "model")
"""Folders by how long their longest part takes: what is short fills the gaps at the end."""

TOGETHER: Final = ("tests/compat/", "tests/e2e/")
"""Folders whose ``cell`` is a whole service."""

TESTS: Final = Path(__file__).parent


class Lanes(LoadFileScheduling):
    """A lane is given all that belongs together at once."""

    def _split_scope(self, nodeid: str) -> str:
        return belongs_to(nodeid)


def belongs_to(nodeid: str) -> str:
    """The file of a test, or the folder where that stays together."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes | None:
    return Lanes(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)  # Stable: within a file nothing changes.


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return FIRST.index(folder) if folder in FIRST else len(FIRST)
