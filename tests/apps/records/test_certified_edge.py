"""REST reaches brokers that want certificates, also while the authorities are exchanged."""

from dataclasses import replace

import pytest
from django.conf import settings

from streaming.selectors.internal_certificates import internal_certificates
from streaming.services.add_internal_authority import add_internal_authority
from streaming.services.retire_internal_authorities import retire_internal_authorities
from tests.apps.edge_service import running_edge


@pytest.fixture(scope="module")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    """An edge service with internal TLS, and a file of keys of its own."""
    usual, file = settings.HEADWATER, tmp_path_factory.mktemp("keys") / "keys.json"
    settings.HEADWATER = replace(usual, internal_tls=True, connector_keys_file=file)
    try:
        with running_edge(django_db_blocker, tmp_path_factory.mktemp("edge")) as service:
            yield service
    finally:
        settings.HEADWATER = usual


@pytest.fixture
def topic(edge):
    tenant = edge.tenant()
    return tenant, f"{tenant.path}/topics/{edge.topic(tenant, partitions=2)}"


def produce(client, path: str, value: str) -> None:
    for partition in (0, 1):
        body = {"partition_id": partition, "value": {"type": "STRING", "data": value}}
        answer = client.post(f"{path}/records", json=body)
        assert answer.json()["error_code"] == 200, answer.text


def consume(client, path: str) -> list[str]:
    pages = (client.get(f"{path}/partitions/{each}/records").json()["data"] for each in (0, 1))
    return [record["value"]["data"] for page in pages for record in page]


def test_records_go_in_and_out_while_authorities_are_exchanged(edge, topic):
    tenant, path = topic
    with edge.client(tenant.service) as client:
        produce(client, path, "before")
        shown = internal_certificates()
        assert [each.problem for each in shown] == [None, None]

        added = add_internal_authority(by="test", issues_after_s=0)
        produce(client, path, "between")
        assert {each.authority for each in internal_certificates()} == {added.name}
        assert retire_internal_authorities(by="test") == (shown[0].authority,)
        produce(client, path, "after")
        assert consume(client, path) == ["before", "between", "after"] * 2
    # Another tenant's clients connect anew.
    other = edge.tenant()
    with edge.client(other.service) as client:
        path = f"{other.path}/topics/{edge.topic(other, partitions=2)}"
        produce(client, path, "new")
        assert consume(client, path) == ["new", "new"]
