"""``sealing``: the keys that secrets and SCRAM users' verifiers are encrypted with at rest."""

from typing import Any

from django.core.management.base import CommandParser

from connect.cli.rotating import Rotated, rotate
from connect.selectors.sealing import KeyInUse, Sealing, Use, sealing
from connect.services.retire_sealing_keys import retire_sealing_keys
from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.rotation import TO_APPLY, add_rotation
from tenants.cli.tenant_choice import operator

COLUMNS = ("KEY", "USE", "CONNECTORS", "SCRAM USERS")
NAMED = 20
TO_RETIRE = (
    "when it may go: `sealing --retire --apply`. A database that is restored from a backup of "
    "before needs the former key, so keep a copy of the file of keys beside such backups"
)


class Command(HeadwaterCommand):
    """Shows the ring, exchanges the key that seals, and takes former keys out."""

    help = "Show, rotate and retire the keys that secrets and SCRAM verifiers are sealed with."

    def add_options(self, parser: CommandParser) -> None:
        add_rotation(
            parser,
            listed="the keys, and what is sealed with each",
            rotated="seal everything with a new key; all keep running",
            retired="forget keys that nothing is sealed with any more",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        apply = options["apply"]
        if options["rotate"]:
            return _rotated(rotate(by=operator())) if apply else _would_rotate(sealing())
        if options["retire"]:
            return _retired(retire_sealing_keys(by=operator())) if apply else _would_retire()
        if apply:
            raise UsageProblem("--apply goes with --rotate or --retire.")
        found = sealing()
        return Answer(_document(found), (_table(found), *_lost(found)))


def _would_rotate(found: Sealing) -> Answer:
    # All that opens, but what is under the newest key where that seals already.
    left = [each for each in found.keys if not (found.is_rotating and _is_done(found, each))]
    connectors = sum(each.connectors for each in left)
    users = sum(each.scram_users for each in left)
    if found.is_rotating:
        words = (
            f"a rotation to key {found.newest.name} was begun; {connectors} connectors and "
            f"{users} SCRAM users are left"
        )
    else:
        words = (
            f"a new key would be made, and the secrets of {connectors} connectors and the "
            f"verifiers of {users} SCRAM users sealed with it"
        )
    document = {
        **_document(found),
        "action": "rotate",
        "applied": False,
        "resealed": connectors,
        "resealed_scram_users": users,
    }
    return Answer(document, (_table(found), *_lost(found), words, TO_APPLY))


def _is_done(found: Sealing, key: KeyInUse) -> bool:
    return key is found.newest and key.use is Use.SEALS


def _rotated(done: Rotated) -> Answer:
    found = sealing()
    broken = [{"tenant": tenant, "connector": name} for tenant, name in done.resealed.broken]
    broken_users = [{"tenant": tenant, "user": user} for tenant, user in done.resealed_users.broken]
    document = {
        **_document(found),
        "action": "rotate",
        "applied": True,
        "resealed": done.resealed.count,
        "broken": broken,
        "resealed_scram_users": done.resealed_users.count,
        "broken_scram_users": broken_users,
    }
    lines = [
        f"key {done.key} was made" if done.added else f"the rotation to key {done.key} was resumed",
        f"the secrets of {done.resealed.count} connectors and the verifiers of "
        f"{done.resealed_users.count} SCRAM users were sealed with it, and new ones are",
    ]
    if broken:
        names = [f"{each['tenant']}/{each['connector']}" for each in broken]
        lines.append(
            f"the secrets of {_listed(names)} do not open and stay as they are: give these "
            "connectors their secrets again, or delete them"
        )
    if broken_users:
        names = [f"{each['tenant']}/{each['user']}" for each in broken_users]
        lines.append(
            f"the verifiers of {_listed(names)} do not open and stay as they are: set these SCRAM "
            "users' passwords again, or remove them"
        )
    if found.former:
        names = [each.name for each in found.former]
        lines.append(f"{_listed(names)} opens what was sealed before; {TO_RETIRE}")
    return Answer(document, (*lines, _table(found)))


def _would_retire() -> Answer:
    found = sealing()
    names = [each.name for each in found.former]
    document = {**_document(found), "action": "retire", "applied": False, "retired": names}
    if not names:
        return Answer(document, (_table(found), "there is no former key"))
    words = f"{_listed(names)} would be forgotten for good"
    return Answer(document, (_table(found), *_lost(found), words, TO_APPLY))


def _retired(names: tuple[str, ...]) -> Answer:
    found = sealing()
    document = {**_document(found), "action": "retire", "applied": True, "retired": list(names)}
    words = f"{_listed(names)} is forgotten" if names else "there was no former key"
    return Answer(document, (words, _table(found)))


def _document(found: Sealing) -> dict[str, Any]:
    return {
        "seals": found.seals,
        "keys": [
            {
                "key": each.name,
                "use": each.use.value,
                "connectors": each.connectors,
                "scram_users": each.scram_users,
            }
            for each in found.keys
        ],
        "lost": [
            {"tenant": each.tenant, "connector": each.connector, "key": each.key}
            for each in found.lost
        ],
        "lost_scram_users": [
            {"tenant": each.tenant, "user": each.user, "key": each.key} for each in found.lost_users
        ],
    }


def _table(found: Sealing) -> Table:
    return Table(
        COLUMNS,
        tuple((each.name, each.use, each.connectors, each.scram_users) for each in found.keys),
    )


def _lost(found: Sealing) -> list[str]:
    lines = []
    if found.lost:
        names = [f"{each.tenant}/{each.connector} ({each.key})" for each in found.lost]
        lines.append(
            f"sealed with a key that is not in the file of keys: {_listed(names)}; put the key "
            "back from a copy of the file, or give these connectors their secrets again"
        )
    if found.lost_users:
        names = [
            f"{each.tenant}/{each.user} ({each.key or 'in clear'})" for each in found.lost_users
        ]
        lines.append(
            "SCRAM users with verifiers that are not under a key in the file of keys: "
            f"{_listed(names)}; put the key back from a copy of the file, or set their passwords "
            "again"
        )
    return lines


def _listed(names: list[str] | tuple[str, ...]) -> str:
    more = "" if len(names) <= NAMED else f" and {len(names) - NAMED} more"
    return ", ".join(names[:NAMED]) + more
