"""A tenant with one of everything, made over the wire as any client makes it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from brokers.node.routes import ROUTES
from brokers.wire.messages.add_partitions_to_txn_request import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
)
from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from brokers.wire.messages.sync_group_request import SyncGroupRequest, SyncGroupRequestAssignment
from brokers.wire.registry import RESPONSES, ApiKey
from tests.isolation.names import Names, made_up
from tests.isolation.wire_case import Case, masked, request_of
from tests.isolation.wire_rows import ROWS
from tests.node.harness import wait_until
from tests.node.raw_client import RawClient, batch

SERVED: dict[ApiKey, range] = {
    route.api_key: range(route.min_version, route.max_version + 1)
    for route in ROUTES
    if not route.internal_only
}
"""What tenants may ask, and in which versions."""

CLOSED = b"the connection was closed"
SESSION_MS = 1_800_000
SECRET = b"what only its tenant may read"


class Side:
    """``names`` are those of what it has from the start; ``connect`` gives a connection logged in
    as its administrator."""

    def __init__(self, connect: Callable[[], RawClient], kind: str) -> None:
        self._connect = connect
        self._kind = kind
        self._epochs: dict[str, int] = {}
        self.client = connect()
        self._find_coordinators()
        self.names = made_up(kind)
        for make in MAKERS.values():
            self.names = make(self, self.names)

    def close(self) -> None:
        self.client.socket.close()

    def renewed(self, spent: str, names: Names) -> Names:
        """``names``, but for a new thing of the kind that a case spends."""
        return MAKERS[spent](self, names) if spent else names

    def answer(self, case: Case, api_key: int, version: int, names: Names, mine: Names) -> bytes:
        """What is answered, without what is drawn anew each time."""
        request = request_of(case, api_key, version, names, mine)
        try:
            self.client.send(api_key, version, request)
            response, frame = self.client.receive_with_frame(api_key, version)
        except ConnectionError:
            self.client = self._connect()
            return CLOSED
        throttled = getattr(response, "throttle_time_ms", 0)
        if not throttled and not case.masks:
            return frame
        if throttled:
            response.throttle_time_ms = 0
        body = RESPONSES[api_key].encode(version, masked(case, response))
        return b"".join(bytes(piece) for piece in body)

    def _find_coordinators(self) -> None:
        for kind in (0, 1):
            request = FindCoordinatorRequest("any", kind)
            wait_until(
                lambda request=request: (
                    not self.client.ask(ApiKey.FIND_COORDINATOR, 2, request).error_code
                ),
                "a coordinator",
            )

    def make_topic(self, names: Names) -> Names:
        """A topic of one partition with one record."""
        new = made_up(self._kind)
        request = CreateTopicsRequest([CreatableTopic(new.topic, 1, 1)], 10_000)
        (made,) = self.client.ask(ApiKey.CREATE_TOPICS, 7, request).topics
        assert not made.error_code, made.error_message
        produced = self.client.produce(new.topic, batch(SECRET + new.topic.encode()))
        assert not produced.error_code
        return replace(names, topic=new.topic, topic_id=made.topic_id)

    def make_group(self, names: Names) -> Names:
        """A classic group with a static member, which has committed an offset of the topic."""
        new = made_up(self._kind)
        protocol = [JoinGroupRequestProtocol("range", b"")]
        joining = JoinGroupRequest(
            new.group, SESSION_MS, SESSION_MS, "", new.instance, "consumer", protocol
        )
        joined = self._once_it_can(ApiKey.JOIN_GROUP, 7, joining)
        given = [SyncGroupRequestAssignment(joined.member_id, SECRET)]
        syncing = SyncGroupRequest(
            new.group, joined.generation_id, joined.member_id, new.instance, assignments=given
        )
        assert not self.client.ask(ApiKey.SYNC_GROUP, 4, syncing).error_code
        names = replace(
            names,
            group=new.group,
            member=joined.member_id,
            instance=new.instance,
            generation=joined.generation_id,
        )
        self._do(ApiKey.OFFSET_COMMIT, 7, "as a member", names)
        return names

    def _once_it_can(self, api_key: ApiKey, version: int, request: Any) -> Any:
        """The first answer without an error: coordinators may be loading."""
        answers: list[Any] = []

        def answered() -> bool:
            answers.append(self.client.ask(api_key, version, request))
            return not answers[-1].error_code

        wait_until(answered, f"{api_key.name} is answered")
        return answers[-1]

    def make_consumers(self, names: Names) -> Names:
        """A group of KIP-848 with one member, which has chosen its id itself."""
        new = made_up(self._kind)
        names = replace(
            names, consumer_group=new.consumer_group, consumer_member=new.consumer_member
        )
        self._epochs[names.consumer_group] = 0
        self.heartbeat(names)
        return names

    def heartbeat(self, names: Names) -> None:
        """As the member of the group of KIP-848; it joins by the first one."""
        epoch = self._epochs[names.consumer_group]
        (case,) = (
            each
            for each in ROWS[ApiKey.CONSUMER_GROUP_HEARTBEAT]
            if each.label == "as a new member of a topic"
        )
        values = {"member_id": names.consumer_member, "member_epoch": epoch}
        request = request_of(
            replace_values(case, values), ApiKey.CONSUMER_GROUP_HEARTBEAT, 1, names, names
        )
        answer = self.client.ask(ApiKey.CONSUMER_GROUP_HEARTBEAT, 1, request)
        assert not answer.error_code, answer.error_message
        self._epochs[names.consumer_group] = answer.member_epoch

    def make_transaction(self, names: Names) -> Names:
        """An open transaction with a record in the topic."""
        new = made_up(self._kind)
        request = InitProducerIdRequest(new.transactional_id, 600_000)
        producer_id = self._once_it_can(ApiKey.INIT_PRODUCER_ID, 1, request).producer_id
        names = replace(names, transactional_id=new.transactional_id, producer_id=producer_id)
        adding = AddPartitionsToTxnRequest(
            [], new.transactional_id, producer_id, 0, [AddPartitionsToTxnTopic(names.topic, [0])]
        )
        added = self.client.ask(ApiKey.ADD_PARTITIONS_TO_TXN, 3, adding)
        assert (
            not added.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code
        )
        return names

    def make_acl(self, names: Names) -> Names:
        names = replace(names, principal=made_up(self._kind).principal)
        return self._made_if_served(ApiKey.CREATE_ACLS, "a rule", names)

    def make_quota(self, names: Names) -> Names:
        names = replace(names, client=made_up(self._kind).client)
        return self._made_if_served(ApiKey.ALTER_CLIENT_QUOTAS, "of a client", names)

    def make_user(self, names: Names) -> Names:
        names = replace(names, user=made_up(self._kind).user)
        return self._made_if_served(ApiKey.ALTER_USER_SCRAM_CREDENTIALS, "make", names)

    def _made_if_served(self, api_key: ApiKey, label: str, names: Names) -> Names:
        if api_key in SERVED:
            self._do(api_key, SERVED[api_key][-1], label, names)
        return names

    def _do(self, api_key: ApiKey, version: int, label: str, names: Names) -> None:
        (case,) = (each for each in ROWS[api_key] if each.label == label)
        request = request_of(case, api_key, version, names, names)
        answer = self.client.ask(api_key, version, request)
        assert not _codes(answer), (api_key.name, answer)


def replace_values(case: Case, values: Mapping[str, Any]) -> Case:
    """``case`` with other values for some fields."""
    return Case(case.label, {**case.values, **values})


def _codes(part: Any) -> list[int]:
    """Every error code in a response that is one."""
    if isinstance(part, list):
        return [code for each in part for code in _codes(each)]
    found = []
    for name in getattr(type(part), "__slots__", ()):
        value = getattr(part, name)
        if name == "error_code" and value:
            found.append(int(value))
        elif name != "error_code":
            found += _codes(value)
    return found


MAKERS: dict[str, Callable[[Side, Names], Names]] = {
    "topic": Side.make_topic,
    "group": Side.make_group,
    "consumers": Side.make_consumers,
    "transaction": Side.make_transaction,
    "acl": Side.make_acl,
    "quota": Side.make_quota,
    "user": Side.make_user,
}
"""By what a case spends, in an order in which each has what it needs."""
