"""``/kafka/v2``: no path names a tenant, so a stranger is answered about its own."""

from tests.apps.access.routes.row import Right, Row

_TOPIC = "/kafka/v2/topics/{topic}"
_PARTITION = f"{_TOPIC}/partitions/{{partition}}"
_GROUP = "/kafka/v2/consumers/{group}"
_INSTANCE = f"{_GROUP}/instances/{{instance}}"
_ABSENT = {"group": "absent", "instance": "absent"}

ROWS = [
    Row("GET", "/kafka/v2/", Right.OPEN),
    Row("POST", "/kafka/v2/", Right.OPEN),
    Row("GET", "/kafka/v2/brokers", Right.READ, foreign=200),
    Row("GET", "/kafka/v2/topics", Right.READ, foreign=200),
    Row("GET", _TOPIC, Right.READ),
    Row("POST", _TOPIC, Right.WRITE, 415, foreign=415),
    Row("GET", f"{_TOPIC}/partitions", Right.READ),
    Row("GET", _PARTITION, Right.READ),
    Row("POST", _PARTITION, Right.WRITE, 415, foreign=415),
    Row("GET", f"{_PARTITION}/offsets", Right.READ),
    Row("POST", _GROUP, Right.WRITE, 422, body={"format": "x"}, names=_ABSENT, foreign=422),
    *(
        Row(method, path, Right.WRITE, 404, names=_ABSENT)
        for method, path in (
            ("DELETE", _INSTANCE),
            ("GET", f"{_INSTANCE}/subscription"),
            ("POST", f"{_INSTANCE}/subscription"),
            ("DELETE", f"{_INSTANCE}/subscription"),
            ("GET", f"{_INSTANCE}/assignments"),
            ("POST", f"{_INSTANCE}/assignments"),
            ("POST", f"{_INSTANCE}/positions"),
            ("POST", f"{_INSTANCE}/positions/beginning"),
            ("POST", f"{_INSTANCE}/positions/end"),
            ("GET", f"{_INSTANCE}/records"),
            ("GET", f"{_INSTANCE}/offsets"),
            ("POST", f"{_INSTANCE}/offsets"),
        )
    ),
    Row("GET", "/kafka/v2/{rest}", Right.OPEN, 404, names={"rest": "nonsense"}),
]
