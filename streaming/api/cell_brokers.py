"""``/api/v1/cell/brokers``: the cell's brokers, for operators."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.selectors.cell_brokers import CellBroker, cell_brokers
from streaming.api.moments import to_text
from streaming.rest.view import RestView

Json = dict[str, Any]

_NUMBER: Final[Json] = {"type": "integer", "format": "int64"}
_KNOWN: Final[Json] = {**_NUMBER, "nullable": True}
_RATE: Final[Json] = {"type": "number", "nullable": True}
_FLAG: Final[Json] = {"type": "boolean"}
_TEXT: Final[Json] = {"type": "string"}

_RATES: Final = (
    "bytes_in_per_s", "bytes_out_per_s", "network_in_per_s", "network_out_per_s", "requests_per_s",
)  # fmt: skip

_BROKERS: Final[Json] = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": _NUMBER,
                    "host": _TEXT,
                    "port": _NUMBER,
                    "rack": {**_TEXT, "nullable": True},
                    "state": {**_TEXT, "enum": ["running", "fenced"]},
                    "draining": _FLAG,
                    "volume": _TEXT,
                    "disk_bytes": _KNOWN,
                    "disk_free_bytes": _KNOWN,
                    "stored_bytes": _KNOWN,
                    "lacks_room": _FLAG,
                    "leaders": _NUMBER,
                    "replicas": _NUMBER,
                    "under_replicated": _NUMBER,
                    **dict.fromkeys(_RATES, _RATE),
                    "heartbeat_at": {**_TEXT, "format": "date-time"},
                },
            },
        },
    },
    "required": ["data"],
}


class CellBrokersView(RestView):
    """``/cell/brokers``"""

    @extend_schema(tags=["cell"], operation_id="list_cell_brokers", responses={200: _BROKERS})
    def get(self, _request: Request) -> Response:
        """Disks, traffic and what each broker holds; rates are null where nothing is known now."""
        self.caller.require_operator()
        return Response({"data": [_row(each) for each in cell_brokers()]})


def _row(each: CellBroker) -> Json:
    broker, figures = each.broker, each.figures
    rates = dict.fromkeys(_RATES)
    if figures is not None and each.is_current:
        rates = {name: getattr(figures, name) for name in _RATES}
    return {
        "id": broker.id,
        "host": broker.host,
        "port": broker.port,
        "rack": broker.rack,
        "state": "fenced" if broker.fenced else "running",
        "draining": broker.draining,
        "volume": broker.volume.path,
        "disk_bytes": None if figures is None else figures.disk_bytes,
        "disk_free_bytes": None if figures is None else figures.disk_free_bytes,
        "stored_bytes": None if figures is None else figures.stored_bytes,
        "lacks_room": broker.lacks_room,
        "leaders": each.leaders,
        "replicas": each.replicas,
        "under_replicated": each.under_replicated,
        **rates,
        "heartbeat_at": to_text(broker.heartbeat_at),
    }
