"""Groups as the documents and tables of ``groups``."""

from collections.abc import Iterable, Sequence
from typing import Any

from streaming.groups.lag import PartitionLag
from streaming.groups.model import Group, ListedGroup, Member, TopicPartition
from streaming.groups.offsets import by_topic
from streaming.groups.reset import Proposal
from streaming.groups.reset_plan import Step
from tenants.cli.answer import Table

Json = dict[str, Any]


def listed_document(group: ListedGroup) -> Json:
    return {
        "group": group.name,
        "type": group.group_type,
        "protocol_type": group.protocol_type,
        "state": group.state,
    }


def listed_table(documents: Sequence[Json]) -> Table:
    rows = tuple(tuple(document.values()) for document in documents)
    return Table(("GROUP", "TYPE", "PROTOCOL", "STATE"), rows)


def group_document(group: Group) -> Json:
    return {
        "group": group.name,
        "type": group.group_type,
        "protocol_type": group.protocol_type,
        "state": group.state,
        "assignor": group.assignor,
        "coordinator": group.coordinator,
        "epoch": group.epoch,
        "member_count": len(group.members),
    }


def state_table(documents: Sequence[Json], verbose: bool) -> Table:
    columns: tuple[str, ...] = ("GROUP", "COORDINATOR", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS")
    keys: tuple[str, ...] = ("group", "coordinator", "assignor", "state", "member_count")
    if verbose:
        columns += ("TYPE", "PROTOCOL", "GROUP-EPOCH")
        keys += ("type", "protocol_type", "epoch")
    return Table(columns, tuple(tuple(document[key] for key in keys) for document in documents))


def offset_document(lag: PartitionLag) -> Json:
    committed, extent, owner = lag.committed, lag.extent, lag.owner
    return {
        "topic": lag.partition.topic,
        "partition": lag.partition.partition,
        "current_offset": committed and committed.offset,
        "leader_epoch": committed.leader_epoch
        if committed and committed.leader_epoch >= 0
        else None,
        "metadata": committed and committed.metadata,
        "log_start_offset": extent and extent.start,
        "log_end_offset": extent and extent.end,
        "lag": lag.records,
        "lag_seconds": lag.seconds,
        "member_id": owner and owner.id,
        "host": owner and owner.host,
        "client_id": owner and owner.client_id,
    }


def offsets_table(group: str, documents: Sequence[Json], verbose: bool) -> Table:
    columns: tuple[str, ...] = (
        "GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "LAG-SECONDS",
        "CONSUMER-ID", "HOST", "CLIENT-ID",
    )  # fmt: skip
    keys: tuple[str, ...] = (
        "topic", "partition", "current_offset", "log_end_offset", "lag", "lag_seconds",
        "member_id", "host", "client_id",
    )  # fmt: skip
    if verbose:
        columns += ("LEADER-EPOCH", "LOG-START-OFFSET", "METADATA")
        keys += ("leader_epoch", "log_start_offset", "metadata")
    rows = tuple((group, *(document[key] for key in keys)) for document in documents)
    return Table(columns, rows)


def member_document(member: Member) -> Json:
    return {
        "member_id": member.id,
        "instance_id": member.instance_id,
        "host": member.host,
        "client_id": member.client_id,
        "epoch": member.epoch,
        "partition_count": None if member.assignment is None else len(member.assignment),
        "assignment": _assignment(member.assignment),
        "target_assignment": _assignment(member.target),
    }


def _assignment(partitions: Iterable[TopicPartition] | None) -> list[Json] | None:
    if partitions is None:
        return None
    return [
        {"topic": topic, "partitions": indexes} for topic, indexes in by_topic(partitions).items()
    ]


def members_table(group: str, documents: Sequence[Json], verbose: bool) -> Table:
    columns: tuple[str, ...] = (
        "GROUP",
        "CONSUMER-ID",
        "INSTANCE-ID",
        "HOST",
        "CLIENT-ID",
        "#PARTITIONS",
    )
    keys = ("member_id", "instance_id", "host", "client_id", "partition_count")
    rows: list[tuple[object, ...]] = [
        (group, *(document[key] for key in keys)) for document in documents
    ]
    if verbose:
        columns += ("EPOCH", "ASSIGNMENT", "TARGET-ASSIGNMENT")
        rows = [
            (
                *row,
                document["epoch"],
                _shown(document["assignment"]),
                _shown(document["target_assignment"]),
            )
            for row, document in zip(rows, documents, strict=True)
        ]
    return Table(columns, tuple(rows))


def _shown(assignment: list[Json] | None) -> str | None:
    """``t(0,1), u(2)``, as Kafka's tool has it."""
    if assignment is None:
        return None
    return ", ".join(
        f"{each['topic']}({','.join(map(str, each['partitions']))})" for each in assignment
    )


def proposal_document(proposal: Proposal, *, executed: bool) -> Json:
    group = proposal.group
    return {
        "group": proposal.name,
        "state": group and group.state,
        "member_count": len(group.members) if group else 0,
        "executed": executed,
        "partitions": [step_document(step) for step in proposal.steps],
    }


def step_document(step: Step) -> Json:
    return {
        "topic": step.partition.topic,
        "partition": step.partition.partition,
        "before": step.before,
        "after": step.after,
        "log_start_offset": step.extent.start,
        "log_end_offset": step.extent.end,
        "read_again": step.read_again,
        "skipped": step.skipped,
        "warning": step.warning,
    }


def steps_table(documents: Sequence[Json]) -> Table:
    columns = (
        "GROUP", "TOPIC", "PARTITION", "BEFORE", "NEW-OFFSET", "READ-AGAIN", "SKIPPED", "WARNING",
    )  # fmt: skip
    keys = ("topic", "partition", "before", "after", "read_again", "skipped", "warning")
    rows = tuple(
        (document["group"], *(step[key] for key in keys))
        for document in documents
        for step in document["partitions"]
    )
    return Table(columns, rows)
