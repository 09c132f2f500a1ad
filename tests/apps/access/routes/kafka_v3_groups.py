"""Consumer groups under ``/kafka/v3``."""

from tests.apps.access.routes.row import Right, Row

_GROUPS = "/kafka/v3/clusters/{cluster_id}/consumer-groups"
_GROUP = f"{_GROUPS}/{{consumer_group_id}}"
_CONSUMER = f"{_GROUP}/consumers/{{consumer_id}}"
_PARTITION = "{topic_name}/partitions/{partition_id}"
_ABSENT = {
    "consumer_group_id": "absent",
    "consumer_id": "absent",
    "topic_name": "absent",
    "partition_id": "0",
}
_LOOK = {"to": "earliest", "validate_only": True}

ROWS = [
    Row("GET", _GROUPS, Right.READ),
    Row("GET", f"{_GROUPS}:totals", Right.READ),
    *(
        Row("GET", path, Right.READ, 404, names=_ABSENT)
        for path in (
            _GROUP,
            f"{_GROUP}/consumers",
            _CONSUMER,
            f"{_CONSUMER}/assignments",
            f"{_CONSUMER}/assignments/{_PARTITION}",
            f"{_GROUP}/lag-summary",
            f"{_GROUP}/lags",
            f"{_GROUP}/lags/{_PARTITION}",
        )
    ),
    Row("DELETE", _GROUP, Right.WRITE, 404, names=_ABSENT),
    Row("DELETE", f"{_GROUP}/offsets", Right.WRITE, 404, query="topic_name=t", names=_ABSENT),
    # To look at a reset is enough to read; tests/apps/rest/test_groups_api.py does one.
    Row("POST", f"{_GROUP}/offsets:reset", Right.READ, 404, body=_LOOK, names=_ABSENT),
]
