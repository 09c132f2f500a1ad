"""What is between brokers is not for tenants: neither its listener nor its APIs."""

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.routes import ROUTES
from brokers.wire.headers import RequestHeader, encode_request_header
from brokers.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from brokers.wire.registry import ApiKey
from tests.node.raw_client import RawClient, batch, edge_token

BETWEEN_BROKERS = {
    "LeaderAndIsr": 4, "StopReplica": 5, "UpdateMetadata": 6, "ControlledShutdown": 7,
    "WriteTxnMarkers": 27, "Vote": 52, "BeginQuorumEpoch": 53, "EndQuorumEpoch": 54,
    "AlterPartition": 56, "Envelope": 58, "FetchSnapshot": 59, "BrokerRegistration": 62,
    "BrokerHeartbeat": 63, "UnregisterBroker": 64, "AllocateProducerIds": 67,
    "ControllerRegistration": 70, "AssignReplicasToDirs": 73, "AddRaftVoter": 80,
    "RemoveRaftVoter": 81, "UpdateRaftVoter": 82, "InitializeShareGroupState": 83,
    "ReadShareGroupState": 84, "WriteShareGroupState": 85, "DeleteShareGroupState": 86,
    "ReadShareGroupStateSummary": 87,
}  # fmt: skip
"""Kafka's APIs that only brokers and controllers speak, by key."""


def refused(client: RawClient, api_key: int, version: int) -> bool:
    """Whether a request, whatever it says, ends the connection without an answer."""
    header = encode_request_header(RequestHeader(ApiKey.METADATA, 1, 1, "tenant"))
    client.send_frame(api_key.to_bytes(2) + version.to_bytes(2) + header[4:] + bytes(200))
    return client.is_closed_by_broker()


@pytest.mark.parametrize("name", BETWEEN_BROKERS)
def test_apis_between_brokers_do_not_exist_for_tenants(world, name):
    with world.connect() as client:
        assert BETWEEN_BROKERS[name] not in {
            each.api_key for each in client.api_versions().api_keys
        }
    for version in (0, 2):
        with world.connect() as client:
            assert refused(client, BETWEEN_BROKERS[name], version)


def test_what_the_table_keeps_for_brokers_is_refused_in_all_its_versions(world):
    for_all = {
        route.api_key: route.max_version for route in reversed(ROUTES) if not route.internal_only
    }
    kept = [route for route in ROUTES if route.internal_only]
    assert {ApiKey.WRITE_TXN_MARKERS, ApiKey.ADD_PARTITIONS_TO_TXN} <= {
        route.api_key for route in kept
    }
    for route in kept:
        first = for_all.get(route.api_key, route.min_version - 1) + 1
        for version in range(first, route.max_version + 1):
            with world.connect() as client:
                assert refused(client, route.api_key, version), (route.api_key.name, version)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_tenant_s_key_is_nobody_on_the_internal_listener(world, mechanism):
    with RawClient(world.node.internal_port) as client:
        answer = client.handshake(mechanism)
        assert answer.error_code != 0
        assert answer.mechanisms == ["OAUTHBEARER"]


def test_the_edge_s_token_is_nobody_on_the_external_listener(world):
    with RawClient(world.node.port) as client:
        assert client.handshake("OAUTHBEARER").error_code != 0
        assert client.is_closed_by_broker()
    with RawClient(world.node.port) as client:
        assert client.handshake("PLAIN").error_code == 0
        assert client.authenticate(edge_token(world.tenant.id)).error_code != 0


def test_a_tenant_that_calls_itself_a_replica_moves_nothing(world, topic):
    """A follower's Fetch says what it has, and a high watermark may rise by it."""
    with world.connect() as client:
        client.produce(topic.name, batch(b"v"))
        for replica in (0, 1, 2, 2**31 - 1):
            asked = client.fetch_request(topic.name, 5, replica_id=replica)
            answer = client.ask(ApiKey.FETCH, 12, asked)
            assert answer.error_code == ErrorCode.CLUSTER_AUTHORIZATION_FAILED
            assert answer.responses == []
        assert client.fetch(topic.name, 0).high_watermark == 1


@pytest.mark.parametrize("replica", [0, 1, 2, -2])
def test_a_tenant_that_calls_itself_a_replica_learns_no_more_offsets(world, topic, replica):
    with world.connect() as client:
        client.produce(topic.name, batch(b"v"))
        wanted = ListOffsetsTopic(topic.name, [ListOffsetsPartition(0, -1, -1)])
        answers = [
            client.ask_for_bytes(ApiKey.LIST_OFFSETS, 7, ListOffsetsRequest(each, 0, [wanted]))
            for each in (-1, replica)
        ]
        assert answers[0] == answers[1]
