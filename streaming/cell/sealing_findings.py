"""What ``doctor`` finds of the keys that secrets and SCRAM users' verifiers are sealed with.

Read by SQL over one connection of the service role, for ``doctor`` does without Django.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import psycopg
from psycopg.errors import UndefinedColumn, UndefinedTable

from streaming.cell.connector_keys import KeysUnreadable
from streaming.cell.finding import Finding
from streaming.cell.instance import Instance
from tenants.sealed_verifiers import keys_of
from tenants.sealing import key_name, key_of

NAME = "sealing keys"


@dataclass(frozen=True, slots=True)
class SealingRows:
    """Names of keys: of each SCRAM user and connector those that it is sealed with, of each broker
    that is not fenced those that it can open with, and the one that seals (empty: the first)."""

    scram_users: tuple[frozenset[str], ...]
    connectors: tuple[str, ...]
    brokers: Mapping[int, frozenset[str]]
    seals: str


def read_rows(url: str) -> SealingRows | None:
    """None while the database does not answer or has no such tables yet."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            connection.execute("SELECT set_config('headwater.scope', 'system', true)")
            users = connection.execute("SELECT verifiers FROM tenants_scramuser").fetchall()
            connectors = connection.execute(
                "SELECT secrets FROM connect_connector WHERE secrets <> ''"
            ).fetchall()
            brokers = connection.execute(
                "SELECT id, opens FROM brokers_broker WHERE NOT fenced"
            ).fetchall()
            state = connection.execute("SELECT key FROM tenants_sealingstate").fetchone()
    except (psycopg.OperationalError, UndefinedColumn, UndefinedTable):
        return None
    return SealingRows(
        scram_users=tuple(frozenset(keys_of(verifiers)) for (verifiers,) in users),
        connectors=tuple(key_of(secrets) for (secrets,) in connectors),
        brokers={number: frozenset(opens) for number, opens in brokers},
        seals=state[0] if state else "",
    )


def keys_and_boxes(instance: Instance, rows: SealingRows | None) -> Iterator[Finding]:
    """``rows`` is None where the database cannot be asked: the file alone is looked at."""
    file = instance.connector_keys_file or "the environment"
    try:
        ring = [key_name(key) for key in instance.connector_keys()]
    except KeysUnreadable as error:
        yield Finding(NAME, False, str(error), f"Put back {file} from a copy of it.")
        return
    if rows is None:
        yield Finding(NAME, True, f"{len(ring)} in {file}")
        return
    yield _ring(ring, str(file), rows)
    yield _brokers(rows)


def _ring(ring: list[str], file: str, rows: SealingRows) -> Finding:
    used = {*chain.from_iterable(rows.scram_users), *rows.connectors, rows.seals} - {""}
    lacking = used - set(ring)
    users = sum(bool(keys & lacking) for keys in rows.scram_users)
    connectors = sum(key in lacking for key in rows.connectors)
    if lacking:
        found = (
            f"{', '.join(sorted(lacking))} not in {file}: {users} SCRAM users cannot log in and "
            f"the secrets of {connectors} connectors do not open"
        )
        mend = "Put the key back from a copy of the file; `./headwater sealing` names whom it is."
        return Finding(NAME, False, found, mend)
    clear = sum("" in keys for keys in rows.scram_users)
    if clear:
        found = f"the verifiers of {clear} SCRAM users are in clear in the database"
        return Finding(NAME, False, found, "./headwater sealing --rotate --apply")
    return Finding(NAME, True, f"{len(ring)} in {file}, and those of all that is sealed")


def _brokers(rows: SealingRows) -> Finding:
    used = set(chain.from_iterable(rows.scram_users)) - {""}
    keyless = [number for number, opens in sorted(rows.brokers.items()) if used - opens]
    if keyless:
        names = ", ".join(f"broker-{number}" for number in keyless)
        mend = (
            "Have HEADWATER_CONNECTOR_KEYS_FILE name the same file for it as for the web process, "
            "and see logs/broker-*.log."
        )
        return Finding("SCRAM logins", False, f"{names} lacks keys, and refuses some", mend)
    return Finding(
        "SCRAM logins", True, f"{len(rows.scram_users)} users; every broker has the keys"
    )
