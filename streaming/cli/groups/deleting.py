"""``groups --delete`` and ``--delete-offsets``."""

from collections.abc import Iterable, Mapping
from typing import Any

from brokers.kernel.errors import Refusal
from streaming.cli.asking import Asker
from streaming.cli.groups.documents import Json
from streaming.cli.groups.noting import note
from streaming.cli.groups.options import topics_of
from streaming.cli.groups.showing import named_groups
from streaming.groups.deletion import delete_groups
from streaming.groups.describing import describe_group
from streaming.groups.model import Group, TopicPartition
from streaming.groups.offsets import committed_offsets, delete_offsets
from streaming.records.reader import Reader
from tenants.cli.answer import Answer, Table
from tenants.cli.confirmation import confirm
from tenants.cli.failures import CommandFailure

COLUMNS = ("GROUP", "STATE", "#MEMBERS", "OFFSETS", "DELETED")


def delete(asker: Asker, tenant: str, options: Mapping[str, Any]) -> Answer:
    """All that can be deleted are, then raises ``CommandFailure`` for the first that cannot."""
    found = asker.ask(lambda reader: _with_offsets(reader, options))
    names = [group.name for group, _ in found]
    if options["dry_run"] or not found:
        return _deleted(tenant, found, deleted=False)
    what = f"group {names[0]}" if len(names) == 1 else f"{len(names)} groups"
    confirm(
        options,
        f"deletes {what} of tenant {tenant} and the offsets that it committed",
        names[0] if len(names) == 1 else "delete",
    )
    refused = asker.ask(lambda reader: delete_groups(reader, names))
    for name in names:
        if name not in refused:
            note(tenant, "group.delete", name)
    raise_first(refused, len(names), "groups")
    return _deleted(tenant, found, deleted=True)


async def _with_offsets(reader: Reader, options: Mapping[str, Any]) -> list[tuple[Group, int]]:
    groups = await named_groups(reader, options)
    return [(group, len(await committed_offsets(reader, group.name))) for group in groups]


def _deleted(tenant: str, found: Iterable[tuple[Group, int]], *, deleted: bool) -> Answer:
    documents = [
        {
            "group": group.name,
            "state": group.state,
            "member_count": len(group.members),
            "offset_count": offsets,
            "deleted": deleted,
        }
        for group, offsets in found
    ]
    rows = tuple(tuple(document.values()) for document in documents)
    return Answer({"tenant": tenant, "groups": documents}, (Table(COLUMNS, rows),))


def delete_committed(asker: Asker, tenant: str, options: Mapping[str, Any]) -> Answer:
    """``--delete-offsets`` of one group. Raises ``CommandFailure`` when some were refused."""
    (name,) = options["group"]
    topics = topics_of(options)
    offsets = asker.ask(lambda reader: _of_topics(reader, name, topics))
    shown = ", ".join(str(each) for each in sorted(offsets)) or "nothing"
    if offsets and not options["dry_run"]:
        confirm(options, f"has group {name} of tenant {tenant} forget where it is in {shown}", name)
        refused = asker.ask(lambda reader: delete_offsets(reader, name, offsets))
        forgotten = sorted(str(each) for each in offsets if each not in refused)
        if forgotten:
            note(tenant, "group.delete_offsets", name, {"partitions": forgotten})
        raise_first(refused, len(offsets), "partitions")
    deleted = bool(offsets) and not options["dry_run"]
    documents: list[Json] = [
        {"topic": each.topic, "partition": each.partition, "offset": offsets[each]}
        for each in sorted(offsets)
    ]
    document = {"tenant": tenant, "group": name, "deleted": deleted, "partitions": documents}
    rows = tuple((name, *each.values(), deleted) for each in documents)
    columns = ("GROUP", "TOPIC", "PARTITION", "OFFSET", "DELETED")
    return Answer(document, (Table(columns, rows),))


async def _of_topics(
    reader: Reader, name: str, topics: Mapping[str, tuple[int, ...] | None]
) -> dict[TopicPartition, int]:
    """What the group has committed for these topics, which need not exist any more."""
    await describe_group(reader, name)
    committed = await committed_offsets(reader, name)
    return {
        partition: each.offset
        for partition, each in committed.items()
        if partition.topic in topics
        and partition.partition in (topics[partition.topic] or (partition.partition,))
    }


def raise_first(refused: Mapping[Any, Refusal], asked: int, what: str) -> None:
    """Raises ``CommandFailure`` under the first refusal's name when there is one."""
    for refusal in refused.values():
        done = asked - len(refused)
        rest = f"; {done} of {asked} {what} were done" if asked > 1 else ""
        raise CommandFailure(refusal.code.name, f"{refusal.message}{rest}")
