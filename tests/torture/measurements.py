"""How long things took: writes after a leader's death, producers' stalls, produces that failed.

Not judged: a machine's speed is no fault of the service. What is judged is whether a partition that
still has a majority takes writes at all.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from tests.torture.faults import KINDS
from tests.torture.history import Kind
from tests.torture.layout import TOPICS, Place, places
from tests.torture.nemesis import Happened
from tests.torture.sends import Sends

WINDOW_S: Final = 10.0
"""The shortest time over which a fault's effect is looked at."""


class Acknowledgements:
    """When promised sends were acknowledged, by partition, and which ended otherwise."""

    def __init__(self, sends: Sends) -> None:
        pairs: dict[Place, list[tuple[float, float]]] = defaultdict(list)
        self.failed: list[float] = []
        """When the sends that were not acknowledged had been sent."""
        self.count = 0
        for send in sends:
            if TOPICS[send.place.topic].acks != "all":
                continue
            if send.state == Kind.OK:
                pairs[send.place].append((send.ended, send.invoked))
                self.count += 1
            elif send.state == Kind.INFO:
                self.failed.append(send.invoked)
        self._pairs = {place: sorted(found) for place, found in pairs.items()}

    def next_after(self, place: Place, moment: float) -> float | None:
        """When a write that was sent after ``moment`` was first acknowledged."""
        found = self._pairs.get(place, [])
        for ended, invoked in found[bisect_right(found, (moment, math.inf)) :]:
            if invoked > moment:
                return ended
        return None

    def longest_gap(self, place: Place, begin: float, end: float, until: float) -> float:
        """The longest time without an acknowledgement that began before ``end``; what is behind
        ``until`` does not count."""
        found = self._pairs.get(place, [])
        first = max(0, bisect_right(found, (begin, math.inf)) - 1)
        longest = 0.0
        for (before, _), (after, _) in zip(found[first:], found[first + 1 :], strict=False):
            if before > end:
                break
            longest = max(longest, min(after, until) - before)
        return longest

    def acknowledged_between(self, begin: float, end: float) -> int:
        return sum(begin <= at <= end for found in self._pairs.values() for at, _ in found)

    def failed_between(self, begin: float, end: float) -> int:
        return sum(begin <= invoked <= end for invoked in self.failed)


def figures(acknowledged: Acknowledgements, happened: Sequence[Happened]) -> dict[str, Any]:
    """By kind of fault. Seconds; a fault that another one came into is left out."""
    next_write: dict[str, list[float]] = defaultdict(list)
    stall: dict[str, list[float]] = defaultdict(list)
    longest: dict[str, float] = defaultdict(float)
    failed: dict[str, int] = defaultdict(int)
    for fault in happened:
        following = [each.began for each in happened if each.began > fault.began]
        if KINDS[fault.kind].scope != "broker":
            end = max(fault.ended, fault.began + WINDOW_S)
            failed[fault.kind] += acknowledged.failed_between(fault.began, end)
        if _is_mixed(fault, happened):
            continue
        until = min(following, default=math.inf)
        for place in _promised(fault.led):
            answered = acknowledged.next_after(place, fault.began)
            if answered is not None and answered < until:
                next_write[fault.kind].append(answered - fault.began)
        end = min(max(fault.ended, fault.began + WINDOW_S), until)
        gaps = {
            place: acknowledged.longest_gap(place, fault.began, end, until)
            for place in places("all")
        }
        longest[fault.kind] = max(longest[fault.kind], *gaps.values())
        stall[fault.kind] += [gaps[place] for place in _promised(fault.followed)]
    return {
        "next_write_after_leader_s": {kind: _told(found) for kind, found in next_write.items()},
        "stall_after_follower_s": {kind: _told(found) for kind, found in stall.items() if found},
        "longest_stall_s": {kind: round(found, 3) for kind, found in longest.items()},
        "failed_produces_without_store": dict(failed),
    }


def stalled(
    acknowledged: Acknowledgements, happened: Sequence[Happened], healed: float
) -> list[str]:
    """Partitions that had a majority throughout a fault and took no write in it."""
    found = []
    for fault in happened:
        end = max(fault.ended, fault.began + WINDOW_S)
        if not KINDS[fault.kind].is_minority or end > healed or _is_mixed(fault, happened):
            continue
        if any(fault.began < other.began < end for other in happened):
            continue  # Two at a time may be more than a majority survives.
        for place in places("all"):
            replicas = fault.before.get(place)
            if replicas is None or not replicas.is_whole:
                continue
            if len(replicas.replicas) < 3 and fault.brokers & set(replicas.replicas):
                continue  # What was struck is all there is, or half.
            answered = acknowledged.next_after(place, fault.began)
            if answered is None or answered > end:
                words = f"{place} took no write for {end - fault.began:.0f} s"
                found.append(f"{words} of {fault.kind} ({fault.target})")
    return found


def _is_mixed(fault: Happened, happened: Sequence[Happened]) -> bool:
    """Whether another fault was under way, or not long over, when this one came or acted."""
    end = max(fault.ended, fault.began)
    return any(
        other is not fault and other.began <= end and fault.began < other.ended + WINDOW_S / 2
        for other in happened
    )


def _promised(found: Iterable[Place]) -> list[Place]:
    return [place for place in found if TOPICS[place.topic].acks == "all"]


def _told(samples: list[float]) -> dict[str, float]:
    ordered = sorted(samples)
    return {
        "samples": len(ordered),
        "p50": round(_percentile(ordered, 0.5), 3),
        "p99": round(_percentile(ordered, 0.99), 3),
        "longest": round(ordered[-1], 3),
    }


def _percentile(ordered: list[float], share: float) -> float:
    """Nearest rank."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
