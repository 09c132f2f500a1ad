"""A PostgreSQL of its own for the tests of changes."""

from collections.abc import Iterator

import pytest
from logical_postgresql import PASSWORD, Shop, shop_of, started

from streaming.cell import ports
from streaming.cell.postgres import Postgres


@pytest.fixture(scope="session")
def logical_server(tmp_path_factory) -> Iterator[int]:
    postgres = Postgres.find(tmp_path_factory.mktemp("logical") / "postgres", ports.free())
    postgres.create(PASSWORD)
    with started(postgres) as port:
        yield port


@pytest.fixture
def shop(logical_server) -> Iterator[Shop]:
    with shop_of(logical_server) as shop:
        yield shop
