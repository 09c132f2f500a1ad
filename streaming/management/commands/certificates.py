"""``certificates``: what brokers and the edge know each other by on the internal listener."""

import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from brokers.certificates.ring import ISSUES_AFTER_SECONDS, issuing
from streaming.selectors.internal_certificates import ShownCertificate, internal_certificates
from streaming.services.add_internal_authority import add_internal_authority
from streaming.services.retire_internal_authorities import (
    former_authorities,
    retire_internal_authorities,
)
from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.rotation import TO_APPLY, add_rotation
from tenants.cli.tenant_choice import operator

NO_TLS = (
    "the internal listener has no TLS: it is on loopback, and nobody has asked for it "
    "(`up --internal-tls`, or HEADWATER_INTERNAL_TLS)"
)


class Command(HeadwaterCommand):
    """Shows authorities and certificates, adds an authority, and takes former ones out."""

    help = "Show the internal certificates, and rotate and retire their authorities."

    def add_options(self, parser: CommandParser) -> None:
        add_rotation(
            parser,
            listed="authorities, and what brokers show",
            rotated="add an authority; all keep running",
            retired="trust those no more that issued before",
        )
        parser.add_argument(
            "--issues-after",
            type=int,
            default=ISSUES_AFTER_SECONDS,
            metavar="SECONDS",
            help=f"with --rotate: from when the new one issues ({ISSUES_AFTER_SECONDS})",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        if options["issues_after"] < 0:
            raise UsageProblem("--issues-after is a number of seconds from now on.")
        if options["rotate"]:
            return _rotate(options["issues_after"], apply=options["apply"])
        if options["retire"]:
            return _retire(apply=options["apply"])
        if options["apply"]:
            raise UsageProblem("--apply goes with --rotate or --retire.")
        shown = internal_certificates()
        return Answer(_document(shown), _tables(shown))


def _rotate(issues_after_s: int, *, apply: bool) -> Answer:
    told = f"is trusted at once and issues after {issues_after_s} s"
    if apply:
        made = add_internal_authority(by=operator(), issues_after_s=issues_after_s)
        lines = (
            f"authority {made.name} was made: it {told}; each process takes a certificate of it "
            "by itself",
            "when all brokers show one (`certificates`): `certificates --retire --apply`",
        )
        added = made.name
    else:
        lines = (f"a new authority would be made, which {told}", TO_APPLY)
        added = None
    shown = internal_certificates()
    done = {"action": "rotate", "applied": apply, "added": added}
    return Answer({**_document(shown), **done}, (*lines, *_tables(shown)))


def _retire(*, apply: bool) -> Answer:
    if apply:
        names = retire_internal_authorities(by=operator())
        words = f"{', '.join(names)} is trusted no more" if names else "there was no former one"
        lines: tuple[str, ...] = (words,)
    else:
        ring = settings.HEADWATER.authorities()
        names = tuple(each.name for each in former_authorities(ring, time.time()))
        words = f"{', '.join(names)} would be trusted no more" if names else "there is none"
        lines = (words, TO_APPLY) if names else (words,)
    shown = internal_certificates()
    done = {"action": "retire", "applied": apply, "retired": list(names)}
    return Answer({**_document(shown), **done}, (*lines, *_tables(shown)))


def _authorities() -> list[dict[str, Any]]:
    ring, now_s = settings.HEADWATER.authorities(), time.time()
    issues = issuing(ring, now_s)
    place = ring.index(issues)
    uses = ["trusted"] * place + ["issues"] + ["former"] * (len(ring) - place - 1)
    return [
        {
            "authority": each.name,
            "use": use,
            "issues_from": _time(datetime.fromtimestamp(each.issues_from_s, UTC))
            if each.issues_from_s
            else None,
        }
        for each, use in zip(ring, uses, strict=True)
    ]


def _document(shown: list[ShownCertificate]) -> dict[str, Any]:
    return {
        "internal_tls": settings.HEADWATER.internal_tls,
        "authorities": _authorities(),
        "brokers": [
            {
                "broker": each.broker_id,
                "address": each.address,
                "authority": each.authority,
                "ends_at": None if each.ends_at is None else _time(each.ends_at),
                "problem": each.problem,
            }
            for each in shown
        ],
    }


def _tables(shown: list[ShownCertificate]) -> tuple[Table | str, ...]:
    authorities = Table(
        ("AUTHORITY", "USE", "ISSUES FROM"),
        tuple((each["authority"], each["use"], each["issues_from"]) for each in _authorities()),
    )
    if not settings.HEADWATER.internal_tls:
        return (authorities, NO_TLS)
    brokers = Table(
        ("BROKER", "ADDRESS", "AUTHORITY", "ENDS", "PROBLEM"),
        tuple(
            (
                each.broker_id,
                each.address,
                each.authority,
                None if each.ends_at is None else _time(each.ends_at),
                each.problem,
            )
            for each in shown
        ),
    )
    return (authorities, brokers)


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
