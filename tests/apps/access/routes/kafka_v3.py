"""``/kafka/v3``: Confluent's REST, version 3."""

from tests.apps.access.routes.row import Right, Row

_CLUSTER = "/kafka/v3/clusters/{cluster_id}"
_TOPIC = f"{_CLUSTER}/topics/{{topic}}"
_PARTITION = f"{_TOPIC}/partitions/{{partition}}"
_RECORDS = f"{_TOPIC}/partitions/{{partition_id}}/records"
_FIRST = {"partition_id": "0"}
_NEW_TOPIC = {"topic_name": "new", "validate_only": True}
_ABSENT = {"topic": "absent"}

ROWS = [
    Row("GET", "/kafka/v3/clusters", Right.KNOWN),
    Row("GET", _CLUSTER, Right.READ),
    Row("GET", f"{_CLUSTER}/topics", Right.READ),
    Row("POST", f"{_CLUSTER}/topics", Right.ADMINISTER, body=_NEW_TOPIC),
    Row("GET", _TOPIC, Right.READ),
    Row("DELETE", _TOPIC, Right.ADMINISTER, 404, names=_ABSENT),
    Row("GET", f"{_TOPIC}/partitions", Right.READ),
    Row("GET", _PARTITION, Right.READ),
    Row("POST", f"{_TOPIC}/records", Right.WRITE, 415),
    Row("POST", f"{_TOPIC}/records:batch", Right.WRITE, 415),
    Row("GET", f"{_TOPIC}/records", Right.READ, query="timeout_ms=0"),
    Row("GET", _RECORDS, Right.READ, query="timeout_ms=0", names=_FIRST),
    Row("GET", f"{_RECORDS}/{{offset}}", Right.READ, 400, names={**_FIRST, "offset": "7"}),
    Row("GET", "/kafka/v3/{rest}", Right.OPEN, 404, names={"rest": "nonsense"}),
]
