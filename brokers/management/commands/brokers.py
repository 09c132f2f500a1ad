"""``brokers``: which brokers there are and what they hold; draining and removing them."""

from typing import Any

from django.core.management.base import CommandParser

from brokers.cli import refusals  # noqa: F401  (registers how a Refusal is told)
from brokers.kernel.ids import BrokerId
from brokers.selectors.brokers import list_brokers, partitions_led, replicas_held
from brokers.selectors.halt import HaltSummary, current_halt
from brokers.selectors.replicas import replicas_leaving
from brokers.services.drain_broker import drain_broker
from brokers.services.drain_moves import MOVES_AT_ONCE
from brokers.services.remove_broker import remove_broker
from brokers.services.undrain_broker import undrain_broker
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, not_negative
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.tenant_choice import operator

COLUMNS = (
    "ID", "STATE", "DRAINING", "FULL", "HOST", "PORT", "RACK", "VOLUME", "PATH", "INCARNATION",
    "PARTITIONS", "LEADERS", "LEAVING",
)  # fmt: skip

STUCK_SHOWN = 20


class Command(HeadwaterCommand):
    """Reads the metadata store, so it answers while brokers are away, and says that they are."""

    help = "List brokers with their state and what they hold; drain and remove them."

    def add_options(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--list", action="store_true", help="all brokers; the default")
        number = argument(not_negative)
        group.add_argument(
            "--drain", type=number, metavar="N", help="move everything off broker N, for good"
        )
        group.add_argument(
            "--undrain", type=number, metavar="N", help="let it hold replicas again after all"
        )
        group.add_argument(
            "--remove", type=number, metavar="N", help="forget broker N: empty and stopped"
        )
        parser.add_argument(
            "--execute", action="store_true", help="do it; otherwise only what would happen is said"
        )
        parser.add_argument("--watch", action="store_true", help="the list, again as it changes")

    def answer(self, options: dict[str, Any]) -> Answer | None:
        acts = [name for name in ("drain", "undrain", "remove") if options[name] is not None]
        if options["watch"] and acts:
            raise UsageProblem(f"--watch shows the list; it does not go with --{acts[0]}.")
        if options["execute"] and not acts:
            raise UsageProblem("--execute goes with --drain, --undrain or --remove.")
        if not acts:
            return self.shown(_list, options)
        broker_id = BrokerId(options[acts[0]])
        verb = {"drain": _drain, "undrain": _undrain, "remove": _remove}[acts[0]]
        return verb(broker_id, options["execute"])


def _list() -> Answer:
    held, led, leaving = replicas_held(), partitions_led(), replicas_leaving()
    documents = [
        {
            "id": broker.id,
            "state": "fenced" if broker.fenced else "running",
            "draining": broker.draining,
            "lacks_room": broker.lacks_room,
            "host": broker.host,
            "port": broker.port,
            "rack": broker.rack,
            "volume": broker.volume_id,
            "path": broker.volume.path,
            "incarnation": broker.incarnation,
            "partitions": held[BrokerId(broker.id)],
            "leaders": led.get(BrokerId(broker.id), 0),
            "leaving": leaving[BrokerId(broker.id)],
        }
        for broker in list_brokers()
    ]
    rows = tuple(tuple(document.values()) for document in documents)
    table = Table(COLUMNS, rows)
    halt = current_halt()
    if halt is None:
        return Answer({"brokers": documents, "halt": None}, (table,))
    told = {
        "since": halt.since,
        "by": halt.by,
        "reason": halt.reason,
        "reported": list(halt.reported),
    }
    return Answer({"brokers": documents, "halt": told}, (_told(halt), table))


def _told(halt: HaltSummary) -> str:
    reported = ", ".join(map(str, halt.reported)) or "none yet"
    return (
        f"HALTED since {halt.since}: the database was restored from the past ({halt.reason}). "
        "Leaders that run go on; nobody is elected, no in-sync set changed, nothing deleted. "
        f"Brokers that have reported: {reported}. `recover` shows what would be rebuilt."
    )


def _drain(broker_id: BrokerId, execute: bool) -> Answer:
    drained = drain_broker(broker_id=broker_id, by=operator(), dry_run=not execute)
    document = {
        "broker": broker_id,
        "action": "drain",
        "executed": execute,
        "moving": drained.moving,
        "begun": drained.begun,
        "stuck": list(drained.stuck),
    }
    does = "move" if execute else "would move"
    lines = [
        f"broker {broker_id}: {drained.moving} replicas {does} to other brokers, "
        f"{MOVES_AT_ONCE} at a time"
    ]
    if drained.stuck:
        named = ", ".join(drained.stuck[:STUCK_SHOWN])
        lines.append(
            f"{len(drained.stuck)} cannot, for want of another broker: {named}; they go once there "
            "is one"
        )
    if execute:
        lines.append("`brokers --watch` shows how far it is; `brokers --undrain` takes it back")
    return Answer(document, (*lines, *_hint(execute)))


def _undrain(broker_id: BrokerId, execute: bool) -> Answer:
    document = {"broker": broker_id, "action": "undrain", "executed": execute}
    if not execute:
        leaving = replicas_leaving()[broker_id]
        text = f"broker {broker_id}: would keep {leaving} replicas that are about to leave"
        return Answer(document | {"cancelled": 0}, (text, *_hint(execute)))
    cancelled = undrain_broker(broker_id=broker_id, by=operator())
    text = f"broker {broker_id}: keeps {cancelled} replicas, and may be given new ones"
    return Answer(document | {"cancelled": cancelled}, (text,))


def _remove(broker_id: BrokerId, execute: bool) -> Answer:
    remove_broker(broker_id=broker_id, by=operator(), dry_run=not execute)
    document = {"broker": broker_id, "action": "remove", "executed": execute}
    does = "is removed" if execute else "would be removed: it is stopped and holds nothing"
    return Answer(document, (f"broker {broker_id} {does}", *_hint(execute)))


def _hint(execute: bool) -> tuple[str, ...]:
    return () if execute else ("nothing was done yet; give --execute to do it",)
