"""``groups --list`` and ``--describe``."""

import asyncio
from collections.abc import Mapping
from typing import Any

from brokers.kernel.errors import ErrorCode
from streaming.cli.groups.documents import (
    Json,
    group_document,
    listed_document,
    listed_table,
    member_document,
    members_table,
    offset_document,
    offsets_table,
    state_table,
)
from streaming.cli.groups.options import filtered, now_ms
from streaming.groups.describing import describe_groups
from streaming.groups.lag import lag_of
from streaming.groups.listing import list_groups
from streaming.groups.model import Group
from streaming.records.failures import refusal_of
from streaming.records.reader import Reader
from tenants.cli.answer import Answer, Table

GROUPS_AT_ONCE = 8


async def show_list(reader: Reader, tenant: str, options: Mapping[str, Any]) -> Answer:
    """``--list``, through ``--state`` and ``--type``."""
    states, types = filtered(options["state"]), filtered(options["type"])
    documents = [
        listed_document(group)
        for group in await list_groups(reader)
        if (states is None or group.state.lower() in states)
        and (types is None or group.group_type in types)
    ]
    return Answer({"tenant": tenant, "groups": documents}, (listed_table(documents),))


async def show_groups(reader: Reader, tenant: str, options: Mapping[str, Any]) -> Answer:
    """``--describe``: one document a group, with the sections that were asked for."""
    groups = await named_groups(reader, options)
    with_state, with_members = options["state"] is not None, options["members"]
    with_offsets = options["offsets"] or not (with_state or with_members)
    documents = [group_document(group) for group in groups]
    text: list[Table | str] = []
    if with_state:
        text.append(state_table(documents, options["verbose"]))
    if with_members:
        for group, document in zip(groups, documents, strict=True):
            document["members"] = [member_document(member) for member in group.members]
            text.append(members_table(group.name, document["members"], options["verbose"]))
    if with_offsets:
        for document, offsets in zip(documents, await _offsets(reader, groups), strict=True):
            document["offsets"] = offsets
            text += _offsets_text(document, options["verbose"])
    return Answer({"tenant": tenant, "groups": documents}, tuple(text))


async def named_groups(reader: Reader, options: Mapping[str, Any]) -> list[Group]:
    """Those of ``--group`` or ``--all-groups``. Raises ``Refusal`` GROUP_ID_NOT_FOUND."""
    asked = options["group"]
    names = list(dict.fromkeys(asked or [group.name for group in await list_groups(reader)]))
    found = await describe_groups(reader, names)
    for name in names:
        # Between the list and its description a group may well go.
        if asked and name not in found:
            raise refusal_of(ErrorCode.GROUP_ID_NOT_FOUND, f"group {name!r}")
    return [found[name] for name in names if name in found]


async def _offsets(reader: Reader, groups: list[Group]) -> list[list[Json]]:
    slots = asyncio.Semaphore(GROUPS_AT_ONCE)
    now = now_ms()

    async def of(group: Group) -> list[Json]:
        async with slots:
            return [offset_document(lag) for lag in await lag_of(reader, group, now)]

    return await asyncio.gather(*map(of, groups))


def _offsets_text(document: Json, verbose: bool) -> list[Table | str]:
    name = document["group"]
    text: list[Table | str] = []
    if not document["member_count"]:
        text.append(f"group {name} has no members")
    if not document["offsets"]:
        return [*text, f"group {name} has committed nothing"]
    return [*text, offsets_table(name, document["offsets"], verbose)]
