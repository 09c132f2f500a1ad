"""``/kafka/v3``: Confluent's REST, version 3."""

from tests.apps.access.routes.row import Right, Row

_CLUSTER = "/kafka/v3/clusters/{cluster_id}"
_TOPICS = f"{_CLUSTER}/topics"
_TOPIC = f"{_TOPICS}/{{topic_name}}"
_PARTITION = f"{_TOPIC}/partitions/{{partition_id}}"
_BROKER = f"{_CLUSTER}/brokers/{{broker_id}}"
_RECORDS = f"{_PARTITION}/records"
_NEW_TOPIC = {"topic_name": "new", "validate_only": True}
_ABSENT = {"topic_name": "absent"}
_RETENTION = {"name": "retention.ms"}
_NUM = {"name": "num.partitions"}
_ALTER = {"data": [{"name": "retention.ms", "value": "1000"}], "validate_only": True}
_ALTER_CLUSTER = {"data": [{"name": "num.partitions", "value": "3"}], "validate_only": True}
_ALTER_MANY = {
    "data": [{"topic_name": "{topic_name}", "configs": _ALTER["data"]}],
    "validate_only": True,
}
_DELETE_RECORDS = {
    "partitions": [{"partition_id": 0, "before_offset": "high_watermark"}],
    "validate_only": True,
}

ROWS = [
    Row("GET", "/kafka/v3/clusters", Right.KNOWN),
    Row("GET", _CLUSTER, Right.READ),
    Row("GET", f"{_CLUSTER}/acls", Right.DESCRIBE),
    Row("POST", f"{_CLUSTER}/acls", Right.ADMINISTER, 400, body={}),
    Row("POST", f"{_CLUSTER}/acls:batch", Right.ADMINISTER, 400, body={}),
    Row("DELETE", f"{_CLUSTER}/acls", Right.ADMINISTER, 400),
    Row("GET", f"{_CLUSTER}/broker-configs", Right.READ),
    Row("POST", f"{_CLUSTER}/broker-configs:alter", Right.ADMINISTER, 204, body=_ALTER_CLUSTER),
    Row("GET", f"{_CLUSTER}/broker-configs/{{name}}", Right.READ, names=_NUM),
    Row("PUT", f"{_CLUSTER}/broker-configs/{{name}}", Right.ADMINISTER, 400, names=_NUM, body={}),
    Row("DELETE", f"{_CLUSTER}/broker-configs/{{name}}", Right.ADMINISTER, 404),
    Row("GET", f"{_CLUSTER}/brokers", Right.READ),
    Row("GET", f"{_CLUSTER}/brokers/-/configs", Right.ADMINISTER),
    Row("GET", _BROKER, Right.READ),
    Row("GET", f"{_BROKER}/configs", Right.ADMINISTER),
    Row("POST", f"{_BROKER}/configs:alter", Right.ADMINISTER, 400, body={}),
    Row("GET", f"{_BROKER}/configs/{{name}}", Right.ADMINISTER, names=_NUM),
    Row("PUT", f"{_BROKER}/configs/{{name}}", Right.ADMINISTER, 400, names=_NUM, body={}),
    Row("DELETE", f"{_BROKER}/configs/{{name}}", Right.ADMINISTER, 400, names=_NUM),
    Row("GET", f"{_BROKER}/partition-replicas", Right.READ),
    Row("GET", _TOPICS, Right.READ),
    Row("POST", _TOPICS, Right.ADMINISTER, body=_NEW_TOPIC),
    Row("GET", f"{_TOPICS}/-/configs", Right.READ),
    Row("POST", f"{_TOPICS}/-/configs:alter", Right.ADMINISTER, 204, body=_ALTER_MANY),
    Row("GET", f"{_TOPICS}/-/partitions/-/reassignment", Right.READ),
    Row("GET", _TOPIC, Right.READ),
    Row("PATCH", _TOPIC, Right.ADMINISTER, 400, body={"partitions_count": 1}),
    Row("DELETE", _TOPIC, Right.ADMINISTER, 404, names=_ABSENT),
    Row("GET", f"{_TOPIC}/configs", Right.READ),
    Row("POST", f"{_TOPIC}/configs:alter", Right.ADMINISTER, 204, body=_ALTER),
    Row("GET", f"{_TOPIC}/configs/{{name}}", Right.READ, names=_RETENTION),
    Row("PUT", f"{_TOPIC}/configs/{{name}}", Right.ADMINISTER, 400, names=_RETENTION, body={}),
    Row("DELETE", f"{_TOPIC}/configs/{{name}}", Right.ADMINISTER, 404),
    Row("GET", f"{_TOPIC}/default-configs", Right.READ),
    Row("GET", f"{_TOPIC}/partitions", Right.READ),
    Row("GET", f"{_TOPIC}/partitions/-/reassignment", Right.READ),
    Row("GET", _PARTITION, Right.READ),
    Row("GET", f"{_PARTITION}/offset", Right.READ),
    Row("GET", f"{_PARTITION}/reassignment", Right.READ, 404),
    Row("GET", f"{_PARTITION}/replicas", Right.READ),
    Row("GET", f"{_PARTITION}/replicas/{{broker_id}}", Right.READ),
    Row("POST", f"{_TOPIC}/records:delete", Right.ADMINISTER, body=_DELETE_RECORDS),
    Row("POST", f"{_TOPIC}/records", Right.WRITE, 415),
    Row("POST", f"{_TOPIC}/records:batch", Right.WRITE, 415),
    Row("GET", f"{_TOPIC}/records", Right.READ, query="timeout_ms=0"),
    Row("GET", _RECORDS, Right.READ, query="timeout_ms=0"),
    Row("GET", f"{_RECORDS}/{{offset}}", Right.READ, 400, names={"offset": "7"}),
    Row("GET", "/kafka/v3/{rest}", Right.OPEN, 404, names={"rest": "nonsense"}),
]
