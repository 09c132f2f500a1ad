"""Transactions and producers' ids."""

from brokers.wire.registry import ApiKey
from tests.isolation.names import Mine, Thing
from tests.isolation.wire_case import Case

_TRANSACTION = {
    "transactional_id": Thing.TRANSACTIONAL_ID,
    "producer_id": Thing.PRODUCER_ID,
    "producer_epoch": 0,
}
_MY_TRANSACTION = {
    "transactional_id": Mine(Thing.TRANSACTIONAL_ID),
    "producer_id": Mine(Thing.PRODUCER_ID),
    "producer_epoch": 0,
}
_ADDED = {
    "transactions": [],
    "v3_and_below_transactional_id": Thing.TRANSACTIONAL_ID,
    "v3_and_below_producer_id": Thing.PRODUCER_ID,
    "v3_and_below_topics.name": Thing.TOPIC,
    "v3_and_below_topics.partitions": 0,
}
_COMMITTED = _TRANSACTION | {
    "group_id": Thing.GROUP,
    "generation_id": 1,
    "member_id": Thing.MEMBER,
    "group_instance_id": Thing.INSTANCE,
    "topics.name": Thing.TOPIC,
    "topics.partitions.committed_offset": 3,
    "topics.partitions.committed_metadata": None,
}
_INITIALISED = {"transactional_id": Thing.TRANSACTIONAL_ID, "transaction_timeout_ms": 60_000}

ROWS = {
    ApiKey.INIT_PRODUCER_ID: (
        Case("of a transaction", _INITIALISED, masks=("producer_id",), spends="transaction"),
        Case(
            "as the producer that it has",
            _INITIALISED | {"producer_id": Thing.PRODUCER_ID, "producer_epoch": 0},
            since=3,
            masks=("producer_id",),
            spends="transaction",
        ),
        Case(
            "as another's producer, of one's own transaction",
            _INITIALISED
            | {
                "transactional_id": Mine(Thing.TRANSACTIONAL_ID),
                "producer_id": Thing.PRODUCER_ID,
                "producer_epoch": 0,
            },
            since=3,
            blind="one's own would be begun anew",
        ),
    ),
    ApiKey.ADD_PARTITIONS_TO_TXN: (
        Case("to a transaction", _ADDED),
        Case(
            "a topic, to one's own",
            _ADDED
            | {
                "v3_and_below_transactional_id": Mine(Thing.TRANSACTIONAL_ID),
                "v3_and_below_producer_id": Mine(Thing.PRODUCER_ID),
            },
        ),
    ),
    ApiKey.ADD_OFFSETS_TO_TXN: (
        Case("to a transaction", _TRANSACTION | {"group_id": Mine(Thing.GROUP)}),
        Case(
            "a group, to one's own",
            _MY_TRANSACTION | {"group_id": Thing.GROUP},
            blind="a group need not be there yet",
        ),
    ),
    ApiKey.TXN_OFFSET_COMMIT: (
        Case("of a transaction", _COMMITTED | {"topics.name": Mine(Thing.TOPIC)}),
        Case("of a topic", _COMMITTED),
        Case(
            "of a group, in one's own transaction",
            _COMMITTED | _MY_TRANSACTION | {"topics.name": Mine(Thing.TOPIC)},
        ),
    ),
    ApiKey.END_TXN: (
        Case("abort", _TRANSACTION | {"committed": False}, spends="transaction"),
        Case("commit", _TRANSACTION | {"committed": True}, spends="transaction"),
        Case(
            "one's own, as another's producer",
            _TRANSACTION | {"transactional_id": Mine(Thing.TRANSACTIONAL_ID)},
            blind="one's own would be ended",
        ),
    ),
    ApiKey.DESCRIBE_TRANSACTIONS: (
        Case("a transaction", {"transactional_ids": Thing.TRANSACTIONAL_ID}),
    ),
    ApiKey.LIST_TRANSACTIONS: (
        Case("all", {"state_filters": [], "producer_id_filters": []}, listing=True),
        Case("of a producer", {"state_filters": [], "producer_id_filters": Thing.PRODUCER_ID}),
        Case(
            "by a pattern",
            {
                "state_filters": "Ongoing",
                "producer_id_filters": [],
                "transactional_id_pattern": Thing.TRANSACTIONAL_ID,
            },
            since=2,
        ),
    ),
}
