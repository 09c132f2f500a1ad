"""``/api/v1/cell``: what operators do with brokers, and what is on the move between them.

The verbs are the brokers' services; here is only who may ask, and their answers as JSON.
"""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.kernel.errors import Refusal
from brokers.kernel.ids import BrokerId, PartitionIndex, Principal, TenantId, TopicName
from brokers.node.ports import Actor, PartitionAssignment
from brokers.selectors.partition_sizes import bytes_at_leaders
from brokers.selectors.partitions import PartitionState, partitions_moving
from brokers.selectors.replica_lags import ReplicaLags, replica_lags
from brokers.services.drain_broker import drain_broker
from brokers.services.reassign_partitions import reassign_partitions
from brokers.services.remove_broker import remove_broker
from brokers.services.undrain_broker import undrain_broker
from streaming.rest.body import INT32_MAX, flag, members
from streaming.rest.schema_parts import FLAG, INT64, NUMBER, TEXT, many, thing
from streaming.rest.view import RestView
from tenants.errors import NotFound
from tenants.names import person_principal
from tenants.selectors.tenants import tenant_by_name

_DRAIN: Final = thing(optional={"validate_only": FLAG})
_DRAINED: Final = thing(
    broker_id=NUMBER, moving=NUMBER, begun=NUMBER, stuck=many(TEXT), validate_only=FLAG
)
_UNDRAINED: Final = thing(broker_id=NUMBER, cancelled=NUMBER)
_REASSIGNMENTS: Final = thing(
    data=many(
        thing(
            tenant=TEXT,
            topic=TEXT,
            partition=NUMBER,
            adding=many(NUMBER),
            removing=many(NUMBER),
            copy_bytes={**INT64, "nullable": True},
            remaining_bytes={**INT64, "nullable": True},
            eta_s={**NUMBER, "nullable": True},
        )
    )
)


class CellView(RestView):
    """Base of the views below: operators only."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.caller.require_operator()

    @property
    def principal(self) -> str:
        """Who the audit log names."""
        return person_principal(self.caller.name)


class DrainView(CellView):
    """``/cell/brokers/{broker_id}/drain``"""

    @extend_schema(
        tags=["cell"],
        operation_id="drainBroker",
        request={"application/json": _DRAIN},
        responses={200: _DRAINED},
    )
    def post(self, request: Request, broker_id: int) -> Response:
        """Move everything off a broker, for good; answers when the moves are begun. With
        validate_only, say what would move."""
        validate_only = flag(members(request.data, ("validate_only",)), "validate_only")
        drained = drain_broker(
            broker_id=BrokerId(broker_id), by=self.principal, dry_run=validate_only
        )
        return Response(
            {
                "broker_id": broker_id,
                "moving": drained.moving,
                "begun": drained.begun,
                "stuck": list(drained.stuck),
                "validate_only": validate_only,
            }
        )


class UndrainView(CellView):
    """``/cell/brokers/{broker_id}/undrain``"""

    @extend_schema(
        tags=["cell"], operation_id="undrainBroker", request=None, responses={200: _UNDRAINED}
    )
    def post(self, request: Request, broker_id: int) -> Response:
        """Let a broker hold replicas again, and keep those that have not left yet."""
        members(request.data, ())
        cancelled = undrain_broker(broker_id=BrokerId(broker_id), by=self.principal)
        return Response({"broker_id": broker_id, "cancelled": cancelled})


class CellBrokerView(CellView):
    """``/cell/brokers/{broker_id}``"""

    @extend_schema(tags=["cell"], operation_id="removeBroker", responses={204: None})
    def delete(self, _request: Request, broker_id: int) -> HttpResponse:
        """Forget a broker that is stopped and holds nothing."""
        remove_broker(broker_id=BrokerId(broker_id), by=self.principal)
        return HttpResponse(status=204)


class ReassignmentsView(CellView):
    """``/cell/reassignments``"""

    @extend_schema(tags=["cell"], operation_id="listReassignments", responses={200: _REASSIGNMENTS})
    def get(self, _request: Request) -> Response:
        """What is on the move: copy_bytes is all that is copied, of which remaining_bytes are
        left. Nulls while a leader has not told."""
        lags = replica_lags()
        moving = partitions_moving()
        held = bytes_at_leaders(state.record for state in moving)
        return Response(
            {
                "data": [
                    _moving(state, lags, held.get((state.record.topic_id, state.record.index)))
                    for state in moving
                ]
            }
        )


class CellReassignmentView(CellView):
    """``/cell/reassignments/{tenant}/{topic_name}/{partition_id}``"""

    @extend_schema(tags=["cell"], operation_id="cancelReassignment", responses={204: None})
    def delete(
        self, _request: Request, tenant: str, topic_name: str, partition_id: int
    ) -> HttpResponse:
        """Let the partition stay where it is."""
        shown = f"{tenant}/{topic_name}-{partition_id}"
        if partition_id > INT32_MAX:
            raise NotFound(f"There is no partition {shown}.")
        owner = tenant_by_name(tenant)
        back = PartitionAssignment(TopicName(topic_name), PartitionIndex(partition_id), None)
        actor = Actor(TenantId(str(owner.id)), Principal(self.principal), administrator=True)
        (refused,) = reassign_partitions(actor=actor, assignments=[back])
        if refused is not None:
            raise Refusal(refused.code, f"{shown}: {refused.message}")
        return HttpResponse(status=204)


def _moving(state: PartitionState, lags: ReplicaLags, held: int | None) -> dict[str, Any]:
    """Nulls where a leader has not told, and for the time where nothing gets nearer.

    ``held``: bytes at the partition's leader, which each new replica is to have.
    """
    told = [lags.of(state.record, replica) for replica in state.record.adding]
    known = [each for each in told if each is not None]
    complete = len(known) == len(told)
    seconds = [each.seconds_left for each in known]
    times = [each for each in seconds if each is not None]
    return {
        "tenant": state.tenant,
        "topic": state.topic,
        "partition": state.record.index,
        "adding": list(state.record.adding),
        "removing": list(state.record.removing),
        "copy_bytes": None if held is None else held * len(told),
        "remaining_bytes": sum(each.bytes_left for each in known) if complete else None,
        "eta_s": max(times, default=0) if complete and len(times) == len(told) else None,
    }
