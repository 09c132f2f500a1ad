"""``reassign``: move partitions to other brokers, as ``kafka-reassign-partitions`` does."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.management.base import CommandParser

from brokers.cli import refusals  # noqa: F401  (registers how a Refusal is told)
from brokers.cli.actors import operator_for
from brokers.cli.assignment_files import assignment_document, read_assignments, read_topics
from brokers.kernel.ids import BrokerId
from brokers.metadata.reassignment import target_of
from brokers.node.ports import PartitionAssignment, Refused
from brokers.selectors.assignments import present_assignments, proposed_assignments
from brokers.selectors.brokers import copy_throttle
from brokers.selectors.partitions import PartitionState, partition_states
from brokers.selectors.replica_lags import ReplicaLags, replica_lags
from brokers.services.reassign_partitions import reassign_partitions
from brokers.services.throttle_copies import throttle_copies
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, not_negative, positive
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import CommandFailure, UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import Tenant

ACTIONS = {
    "generate": "propose where topics could be; changes nothing",
    "execute": "begin to move; replicas are copied while the partitions serve",
    "verify": "how far it is",
    "cancel": "go back to the replicas before, where that is still possible",
    "list": "what is being moved now, and how far it is",
    "set-throttle": "copy no faster than --throttle, from now on",
    "remove-throttle": "copy as fast as disks and network allow",
}

COLUMNS = ("TOPIC", "PARTITION", "REPLICAS", "ADDING", "REMOVING", "ISR", "LEFT")


def broker_list(text: str) -> list[BrokerId]:
    """``1,2,3``."""
    return [BrokerId(not_negative(each.strip())) for each in text.split(",")]


class Command(HeadwaterCommand):
    """A throttle is the whole cell's, and stays until it is removed."""

    help = "Move partitions to other brokers while they serve."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(parser, ACTIONS)
        add_tenant_option(parser)
        parser.add_argument(
            "--reassignment-json-file", metavar="F", help="what --generate proposed, or your own"
        )
        parser.add_argument("--topics-to-move-json-file", metavar="F", help="--generate: topics")
        parser.add_argument(
            "--broker-list", type=argument(broker_list), metavar="N,N,…",
            help="--generate: the brokers to use",
        )  # fmt: skip
        parser.add_argument(
            "--throttle", type=argument(positive), metavar="BYTES_PER_S",
            help="--execute, --set-throttle: what each broker copies at most, of new replicas only",
        )  # fmt: skip
        parser.add_argument(
            "--watch", action="store_true", help="--list, --verify: again as it changes"
        )

    def answer(self, options: dict[str, Any]) -> Answer | None:
        action = options["action"]
        if options["throttle"] is not None and action not in {"execute", "set-throttle"}:
            raise UsageProblem("--throttle goes with --execute or --set-throttle.")
        if options["watch"] and action not in {"list", "verify"}:
            raise UsageProblem("--watch goes with --list or --verify.")
        match action:
            case "set-throttle":
                return _throttle(required(options, "throttle"))
            case "remove-throttle":
                return _throttle(None)
        tenant = chosen_tenant(options["tenant"])
        match action:
            case "generate":
                return _generate(tenant, options)
            case "list":
                return self.shown(lambda: _list(tenant), options)
        assignments = read_assignments(required(options, "reassignment_json_file"))
        match action:
            case "execute":
                return _execute(tenant, assignments, options["throttle"])
            case "verify":
                return self.shown(lambda: _verify(tenant, assignments), options)
            case _:
                return _cancel(tenant, assignments)


def _throttle(bytes_per_second: int | None) -> Answer:
    throttle_copies(bytes_per_second=bytes_per_second, by=operator())
    return Answer({"throttle": bytes_per_second}, (_throttle_line(bytes_per_second),))


def _throttle_line(bytes_per_second: int | None) -> str:
    if bytes_per_second is None:
        return "New replicas are copied as fast as disks and network allow"
    return (
        f"Each broker copies at most {bytes_per_second} bytes/s of new replicas; "
        "`reassign --remove-throttle` ends that"
    )


def _generate(tenant: Tenant, options: dict[str, Any]) -> Answer:
    topics = read_topics(required(options, "topics_to_move_json_file"))
    present = present_assignments(tenant.id, topics)
    proposed = proposed_assignments(present, required(options, "broker_list"))
    now, then = assignment_document(present), assignment_document(proposed)
    return Answer(
        {"current": now, "proposed": then},
        (
            "Current partition replica assignment", _line(now), "",
            "Proposed partition reassignment configuration", _line(then),
        ),
    )  # fmt: skip


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document)


def _execute(
    tenant: Tenant, assignments: Sequence[PartitionAssignment], throttle: int | None
) -> Answer:
    """The current assignment comes first: whoever regrets it executes that."""
    if throttle is not None:
        throttle_copies(bytes_per_second=throttle, by=operator())
    present = present_assignments(tenant.id, [*dict.fromkeys(a.topic_name for a in assignments)])
    named = {(each.topic_name, each.index) for each in assignments}
    before = assignment_document(
        [each for each in present if (each.topic_name, each.index) in named]
    )
    outcomes = reassign_partitions(actor=operator_for(tenant), assignments=assignments)
    _check(assignments, outcomes)
    return Answer(
        {"before": before, "begun": assignment_document(assignments)},
        (
            "Current partition replica assignment", _line(before), "",
            "Save this to use as the --reassignment-json-file option during rollback",
            f"Successfully started partition reassignments for {_names(assignments)}",
        ),
    )  # fmt: skip


def _cancel(tenant: Tenant, assignments: Sequence[PartitionAssignment]) -> Answer:
    back = [replace(each, replicas=None) for each in assignments]
    _check(back, reassign_partitions(actor=operator_for(tenant), assignments=back))
    names = _names(assignments)
    return Answer({"cancelled": names.split(",")}, (f"Cancelled the reassignments of {names}",))


def _names(assignments: Sequence[PartitionAssignment]) -> str:
    return ",".join(f"{each.topic_name}-{each.index}" for each in assignments)


def _check(assignments: Sequence[PartitionAssignment], outcomes: Sequence[Refused | None]) -> None:
    """Raises ``CommandFailure`` under the first refusal's name when there was one."""
    refused = [
        (each, outcome)
        for each, outcome in zip(assignments, outcomes, strict=True)
        if outcome is not None
    ]
    if not refused:
        return
    reasons = "; ".join(f"{each.topic_name}-{each.index}: {why.message}" for each, why in refused)
    raise CommandFailure(
        refused[0][1].code.name,
        f"{len(refused)} of {len(assignments)} partitions were refused, the others done: {reasons}",
    )


def _verify(tenant: Tenant, assignments: Sequence[PartitionAssignment]) -> Answer:
    states = {(each.topic, each.record.index): each for each in partition_states(tenant.id)}
    lags, throttle = replica_lags(), copy_throttle()
    documents = [
        {
            "topic": each.topic_name,
            "partition": each.index,
            "state": _progress(each, states.get((each.topic_name, each.index))),
            "left": _left(states.get((each.topic_name, each.index)), lags),
        }
        for each in assignments
    ]
    table = Table(("TOPIC", "PARTITION", "STATE", "LEFT"), _rows(documents))
    return Answer(
        {"throttle": throttle, "partitions": documents}, (table, _throttle_line(throttle))
    )


def _progress(wanted: PartitionAssignment, state: PartitionState | None) -> str:
    if state is None:
        return "absent"
    if target_of(state.record) != wanted.replicas:
        return "elsewhere"
    return "in progress" if state.is_moving else "completed"


def _list(tenant: Tenant) -> Answer:
    moving = [each for each in partition_states(tenant.id) if each.is_moving]
    lags, throttle = replica_lags(), copy_throttle()
    documents = [
        {
            "topic": each.topic,
            "partition": each.record.index,
            "replicas": list(each.record.replicas),
            "adding": list(each.record.adding),
            "removing": list(each.record.removing),
            "isr": list(each.record.isr),
            "left": _left(each, lags),
        }
        for each in moving
    ]
    return Answer(
        {"tenant": tenant.name, "throttle": throttle, "partitions": documents},
        (Table(COLUMNS, _rows(documents)), _throttle_line(throttle)),
    )


def _left(state: PartitionState | None, lags: ReplicaLags) -> list[dict[str, Any]]:
    """What each replica that is being added has yet to copy; nulls where nobody knows."""
    if state is None:
        return []
    return [
        {
            "replica": replica,
            "records": None if lag is None else lag.records,
            "bytes": None if lag is None else lag.bytes_left,
            "bytes_per_second": None if lag is None else lag.bytes_per_second,
            "seconds": None if lag is None else lag.seconds_left,
        }
        for replica in state.record.adding
        for lag in [lags.of(state.record, replica)]
    ]


def _rows(documents: Sequence[dict[str, Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        tuple((each | {"left": "; ".join(map(_left_line, each["left"]))}).values())
        for each in documents
    )


def _left_line(left: dict[str, Any]) -> str:
    """``4: 1500 records, 9.3 MB at 1.0 MB/s, 9 s``."""
    if left["records"] is None:
        return f"{left['replica']}: ?"
    if not left["records"]:
        return f"{left['replica']}: 0 records"
    seconds = "?" if left["seconds"] is None else left["seconds"]
    return (
        f"{left['replica']}: {left['records']} records, {left['bytes'] / 1e6:.1f} MB "
        f"at {left['bytes_per_second'] / 1e6:.1f} MB/s, {seconds} s"
    )
