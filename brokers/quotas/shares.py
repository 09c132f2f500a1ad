"""One limit of one tenant, divided over the brokers that serve it. Pure.

One broker, chosen by the tenant's hash, keeps the book; the others report what they hold and could
use, and are told what they hold from then on. The sum of what is in force stays within the limit:
what one gives up is given to another only after the first has said that it has given it up.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from brokers.kernel.ids import BrokerId, TenantId

FLOOR: Final = 0.05
"""Of the limit, for all brokers together: what each may always use, so that nobody who begins has
to ask first. It is inside the limit."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one broker says of itself.

    ``in_force`` is the share that it keeps to; ``wanted`` what it could use; ``held`` what it
    cannot give up, as connections that are open. All in the limit's unit.
    """

    in_force: float
    wanted: float
    held: float = 0.0


def owner_of(tenant_id: TenantId, brokers: Collection[BrokerId]) -> BrokerId | None:
    """Who keeps the tenant's book. When a broker comes or goes, few tenants get another (rendezvous
    hashing); None without any broker."""
    return max(
        brokers, key=lambda broker: (crc32(f"{tenant_id}/{broker}".encode()), broker), default=None
    )


def least_share(limit: float, brokers: int) -> float:
    """What a broker may use that has not been told anything."""
    return limit if brokers <= 1 else limit * FLOOR / brokers


def divided(limit: float, wanted: Mapping[BrokerId, float]) -> dict[BrokerId, float]:
    """Shares whose sum is the limit: to each its least share, then to each alike until it has what
    it wants (max-min fairness); what nobody wants is dealt out evenly."""
    count = len(wanted)
    shares = dict.fromkeys(wanted, least_share(limit, count))
    left = limit - sum(shares.values())
    unmet = {broker: want - shares[broker] for broker, want in wanted.items()}
    for broker in sorted(unmet, key=lambda each: (unmet[each], each)):
        part = min(max(unmet[broker], 0.0), left / count)
        shares[broker] += part
        left -= part
        count -= 1
    even = max(left, 0.0) / max(len(wanted), 1)
    return {broker: share + even for broker, share in shares.items()}


class Book:
    """What each broker holds of one limit, as far as the owner knows."""

    __slots__ = ("_granted", "_reports")

    def __init__(self) -> None:
        self._reports: dict[BrokerId, Report] = {}
        self._granted: dict[BrokerId, float] = {}

    def share(
        self,
        broker: BrokerId,
        report: Report,
        *,
        limit: float,
        brokers: Collection[BrokerId],
        all_have_reported: bool,
    ) -> float:
        """What ``broker`` may use from now on.

        ``brokers`` are those that serve, the asking one among them. Until ``all_have_reported``
        whoever may hold more than its least share, nobody is given more than it has.
        """
        for gone in self._reports.keys() - set(brokers):
            del self._reports[gone]
            self._granted.pop(gone, None)
        self._reports[broker] = report
        wanted = {each: self._wanted(each) for each in brokers}
        least = least_share(limit, len(brokers))
        target = max(divided(limit, wanted)[broker], report.held)
        if not wanted[broker]:
            target = least  # Idle: it will say no more, so nothing of the limit may stay with it.
        if target > report.in_force:
            room = 0.0
            if all_have_reported:
                others = sum(self._held(e, limit, len(brokers)) for e in brokers if e != broker)
                room = max(limit - others - report.in_force, 0.0)
            target = max(min(target, report.in_force + room), least)
        self._granted[broker] = target
        return target

    def _wanted(self, broker: BrokerId) -> float:
        report = self._reports.get(broker)
        return 0.0 if report is None else max(report.wanted, report.held)

    def _held(self, broker: BrokerId, limit: float, brokers: int) -> float:
        """At most: a grant may be on its way, and one that takes something away may be lost."""
        report = self._reports.get(broker)
        least = least_share(limit, brokers)
        if report is None:
            return least
        return max(report.in_force, self._granted.get(broker, 0.0), least)
