"""What can be wrong, each kind with its definition, and a collection that does not grow with it."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

EXAMPLES_PER_KIND: Final = 5


class Anomaly(StrEnum):
    """Names are those of Jepsen's Kafka workload where it has one."""

    LOST_WRITE = "lost-write"
    """Acknowledged, below the highest offset read, and never read by anybody."""
    UNSEEN = "unseen"
    """Acknowledged, beyond the highest offset read, after healing and reading everything."""
    DUPLICATE = "duplicate"
    """One value at two offsets, though its producer is idempotent."""
    INCONSISTENT_OFFSETS = "inconsistent-offsets"
    """Two values at one offset."""
    ABORTED_READ = "aborted-read"
    """A value that was refused is read (G1a)."""
    NONMONOTONIC_POLL = "nonmonotonic-poll"
    """One reader, assigned once, goes back."""
    POLL_SKIP = "poll-skip"
    """One reader, assigned once, jumps over an offset that holds a value."""
    NONMONOTONIC_SEND = "nonmonotonic-send"
    """An idempotent producer's later send has a lower offset."""
    UNKNOWN_VALUE = "unknown-value"
    """A value is read that nobody sent, or sent to another partition."""
    FOREIGN_VALUE = "foreign-value"
    """A value is read that another tenant sent."""
    GARBLED = "garbled"
    """Bytes are read that nobody sent."""
    READER_RESET = "reader-reset"
    """A reader's offset is out of range, or its log was cut: committed records went away."""
    MADE_TWICE = "made-twice"
    """A record was transformed into two committed ones, or out of order."""
    NEVER_MADE = "never-made"
    """A record was not transformed, though later ones were or all was waited for."""
    OBEYED_LATE = "obeyed-late"
    """An EndTxn 5 of one transaction came in the middle of the next, and was not refused."""
    LOST_COMMIT = "lost-commit"
    """A group's offset is below one whose commit had been acknowledged before it was asked for."""
    COMMIT_AHEAD = "commit-ahead"
    """A group's offset is beyond what its members can have read, or made of it."""
    SERVER_ERROR = "server-error"
    """A produce is answered UNKNOWN_SERVER_ERROR, which clients do not know how to take."""


@dataclass(slots=True)
class Findings:
    """How often each kind was found, and the first few of each in words."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, words: str) -> None:
        self.counts[kind] += 1
        shown = self.examples.setdefault(kind, [])
        if len(shown) < EXAMPLES_PER_KIND:
            shown.append(words)

    def extend(self, other: "Findings") -> None:
        self.counts.update(other.counts)
        for kind, words in other.examples.items():
            shown = self.examples.setdefault(kind, [])
            shown += words[: EXAMPLES_PER_KIND - len(shown)]

    def lines(self) -> list[str]:
        found = []
        for kind, count in self.counts.items():
            found.append(f"{kind}: {count}")
            found += [f"  {words}" for words in self.examples[kind]]
        return found
