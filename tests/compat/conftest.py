"""A whole service for this folder, one tenant of it, and topics in it."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from tests.compat.clients import Login
from tests.compat.kafka_python_suite import client_race
from tests.service import ServiceUnderTest

client_race.mend()


@pytest.fixture(scope="package")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceUnderTest]:
    """Started by ``./headwater up`` as a person does; it ends with the folder's last test, for its
    processes take a quarter of a core even at rest."""
    with ServiceUnderTest(tmp_path_factory.mktemp("cell")) as service:
        yield service


@pytest.fixture(scope="package")
def login(cell: ServiceUnderTest) -> Login:
    """The administrator's key of a tenant made for these tests."""
    tenant = cell.asked("tenants", "--create", "--tenant", "compat")
    key = cell.asked("keys", "--create", "--tenant", "compat")
    status = cell.status
    return Login(
        bootstrap_servers=status["bootstrap_servers"],
        security_protocol=status["security_protocol"],
        cluster_id=tenant["cluster_id"],
        http_url=status["http_url"],
        api_key=key["api_key"],
        api_secret=key["api_secret"],
    )


@pytest.fixture
def make_topic(login: Login) -> Callable[..., str]:
    """``make_topic(partitions=3, **configs)`` returns the name of a new topic."""
    admin = AdminClient(login.librdkafka())

    def make(partitions: int = 1, **configs: Any) -> str:
        name = f"topic-{uuid.uuid4().hex[:12]}"
        new = NewTopic(name, num_partitions=partitions, config=configs)
        admin.create_topics([new])[name].result(30)
        return name

    return make
