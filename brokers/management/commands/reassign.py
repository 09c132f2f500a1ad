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
from brokers.selectors.partitions import PartitionState, partition_states
from brokers.services.reassign_partitions import reassign_partitions
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, not_negative
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import CommandFailure
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant
from tenants.models import Tenant

ACTIONS = {
    "generate": "propose where topics could be; changes nothing",
    "execute": "begin to move; replicas are copied while the partitions serve",
    "verify": "how far it is",
    "cancel": "go back to the replicas before, where that is still possible",
    "list": "what is being moved now",
}

COLUMNS = ("TOPIC", "PARTITION", "REPLICAS", "ADDING", "REMOVING", "ISR")


def broker_list(text: str) -> list[BrokerId]:
    """``1,2,3``."""
    return [BrokerId(not_negative(each.strip())) for each in text.split(",")]


class Command(HeadwaterCommand):
    """Not throttled yet: copies take what their brokers' disks and network give."""

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

    def answer(self, options: dict[str, Any]) -> Answer:
        tenant = chosen_tenant(options["tenant"])
        match options["action"]:
            case "generate":
                return _generate(tenant, options)
            case "list":
                return _list(tenant)
        assignments = read_assignments(required(options, "reassignment_json_file"))
        match options["action"]:
            case "execute":
                return _execute(tenant, assignments)
            case "verify":
                return _verify(tenant, assignments)
            case _:
                return _cancel(tenant, assignments)


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


def _execute(tenant: Tenant, assignments: Sequence[PartitionAssignment]) -> Answer:
    """The current assignment comes first: whoever regrets it executes that."""
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
    documents = [
        {
            "topic": each.topic_name,
            "partition": each.index,
            "state": _progress(each, states.get((each.topic_name, each.index))),
        }
        for each in assignments
    ]
    columns = ("TOPIC", "PARTITION", "STATE")
    rows = tuple(tuple(document.values()) for document in documents)
    return Answer({"partitions": documents}, (Table(columns, rows),))


def _progress(wanted: PartitionAssignment, state: PartitionState | None) -> str:
    if state is None:
        return "absent"
    if target_of(state.record) != wanted.replicas:
        return "elsewhere"
    return "in progress" if state.is_moving else "completed"


def _list(tenant: Tenant) -> Answer:
    moving = [each for each in partition_states(tenant.id) if each.is_moving]
    documents = [
        {
            "topic": each.topic,
            "partition": each.record.index,
            "replicas": list(each.record.replicas),
            "adding": list(each.record.adding),
            "removing": list(each.record.removing),
            "isr": list(each.record.isr),
        }
        for each in moving
    ]
    rows = tuple(tuple(document.values()) for document in documents)
    return Answer({"tenant": tenant.name, "partitions": documents}, (Table(COLUMNS, rows),))
