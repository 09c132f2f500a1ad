"""A store that a test plays, and where an object is created meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.connect.objects.raw_store import Store


@pytest.fixture
def store():
    found = Store()
    with found.listener:
        yield found


@pytest.fixture
def beside():
    """Where an object is created while the test is the store."""
    with ThreadPoolExecutor() as pool:
        yield pool
