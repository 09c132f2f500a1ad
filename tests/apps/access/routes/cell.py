"""``/api/v1/cell``: for operators only."""

from tests.apps.access.routes.row import Right, Row

_BROKER = "/api/v1/cell/brokers/{broker_id}"
_ABSENT = {"broker_id": "99"}
_REASSIGNMENTS = "/api/v1/cell/reassignments"

ROWS = [
    Row("DELETE", _BROKER, Right.OPERATE, 404, names=_ABSENT),
    Row("POST", f"{_BROKER}/drain", Right.OPERATE, body={"validate_only": True}),
    Row("POST", f"{_BROKER}/undrain", Right.OPERATE),
    Row("GET", _REASSIGNMENTS, Right.OPERATE),
    Row(
        "DELETE", f"{_REASSIGNMENTS}/{{tenant}}/{{topic_name}}/{{partition_id}}", Right.OPERATE, 404
    ),
]
