"""Lanes name folders: one that is renamed must not fall out of them unseen."""

import pytest

from tests import lanes


@pytest.mark.parametrize("name", [*lanes.FIRST, *lanes.TOGETHER])
def test_the_folders_are_there(name: str) -> None:
    assert (lanes.TESTS / name.removeprefix("tests/")).is_dir()


def test_a_folder_that_shares_a_service_stays_in_one_lane() -> None:
    assert {
        lanes.belongs_to("tests/compat/test_kcat.py::test_it"),
        lanes.belongs_to("tests/compat/test_groups.py::TestAll::test_it[tests/e2e/::]"),
    } == {"tests/compat/"}
    assert lanes.belongs_to("tests/node/test_acls.py::test_it[a::b]") == "tests/node/test_acls.py"
