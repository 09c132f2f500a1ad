"""``groups --reset-offsets``: what it would do, and doing it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streaming.cli.asking import Asker
from streaming.cli.groups.arguments import as_reset_file, read_reset_file
from streaming.cli.groups.deleting import raise_first
from streaming.cli.groups.documents import proposal_document, steps_table
from streaming.cli.groups.noting import note
from streaming.cli.groups.options import strategy_of, topics_of
from streaming.groups.listing import list_groups
from streaming.groups.offsets import by_topic
from streaming.groups.reset import (
    CommittedTopics,
    NamedTopics,
    Proposal,
    Scope,
    execute_reset,
    propose_reset,
)
from streaming.groups.reset_plan import CannotPlan, Strategy, ToGiven
from streaming.records.reader import Reader
from tenants.cli.answer import Answer
from tenants.cli.failures import CommandFailure, UsageProblem, explain


@explain.register
def _(error: CannotPlan) -> CommandFailure:
    return CommandFailure("INVALID", f"{error}.")


def reset(asker: Asker, tenant: str, options: Mapping[str, Any]) -> Answer:
    """All groups are planned before the first is changed; without ``--execute`` none is.

    Raises ``CommandFailure`` when a group has members, or partitions were refused.
    """
    execute = options["execute"]
    proposals = asker.ask(lambda reader: _proposals(reader, options))
    if execute:
        for proposal in proposals:
            if proposal.obstacle is not None:
                raise proposal.obstacle
        for proposal in proposals:
            _execute(asker, tenant, proposal)
    documents = [proposal_document(each, executed=execute) for each in proposals]
    document = {"tenant": tenant, "groups": documents}
    if options["export"]:
        steps = [(proposal.name, step) for proposal in proposals for step in proposal.steps]
        exported = as_reset_file(steps, with_group=len(proposals) != 1)
        return Answer(document, (exported.removesuffix("\n"),))
    notes = [] if execute else [each.obstacle.message for each in proposals if each.obstacle]
    if not execute:
        notes.append("nothing was done yet; give --execute to do it")
    return Answer(document, (steps_table(documents), *notes))


def _execute(asker: Asker, tenant: str, proposal: Proposal) -> None:
    refused = asker.ask(lambda reader: execute_reset(reader, proposal))
    moved = {
        str(step.partition): step.after for step in proposal.steps if step.partition not in refused
    }
    if moved:
        note(tenant, "group.reset_offsets", proposal.name, {"offsets": moved})
    raise_first(refused, len(proposal.steps), f"partitions of group {proposal.name}")


async def _proposals(reader: Reader, options: Mapping[str, Any]) -> list[Proposal]:
    names = options["group"] or [group.name for group in await list_groups(reader)]
    wishes = _wishes(list(dict.fromkeys(names)), options)
    return [
        await propose_reset(reader, name, scope, strategy)
        for name, (scope, strategy) in wishes.items()
    ]


def _wishes(names: list[str], options: Mapping[str, Any]) -> dict[str, tuple[Scope, Strategy]]:
    strategy = strategy_of(options)
    if strategy is None:
        given = _from_file(options["from_file"], names)
        return {
            name: (
                NamedTopics({t: tuple(indexes) for t, indexes in by_topic(offsets).items()}),
                ToGiven(offsets),
            )
            for name, offsets in given.items()
        }
    scope = CommittedTopics() if options["all_topics"] else NamedTopics(topics_of(options))
    return dict.fromkeys(names, (scope, strategy))


def _from_file(path: Path, names: list[str]) -> dict[str, Any]:
    try:
        return read_reset_file(path.read_text(), names)
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageProblem(f"{path}: {error}.") from error
