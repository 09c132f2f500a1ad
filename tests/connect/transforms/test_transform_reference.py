from pathlib import Path

import pytest

from tests.connect.transforms.reference import TABLES, with_tables


@pytest.mark.parametrize("page", TABLES, ids=lambda page: page.name)
def test_the_reference_says_what_the_definitions_say(page: Path) -> None:
    assert page.read_text() == with_tables(page), "run python -m tests.connect.transforms.reference"
