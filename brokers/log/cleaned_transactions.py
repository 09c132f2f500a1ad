"""What a compaction knows of transactions, batch by batch in the log's order. Pure.

Everything below its upper bound is decided, so a transactional batch is in one of the aborted
transactions that the broker named, or else committed. A marker has done its work once nothing of
its transaction is left in the log. Rules: Kafka's ``CleanedTransactionMetadata``.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from brokers.log.open_transactions import AbortedTransaction
from brokers.wire.batch import BatchHeader


class CleanedTransactions:
    """``kept``: entries for the transaction index of the segment that is being written."""

    def __init__(self, aborted: Iterable[AbortedTransaction]) -> None:
        self.kept: list[AbortedTransaction] = []
        self._seen: set[int] = set()
        """Producers of whom there was a batch since their last marker."""
        self._by_marker: dict[int, AbortedTransaction] = {}
        self._by_producer: defaultdict[int, list[AbortedTransaction]] = defaultdict(list)
        for each in sorted(aborted, key=lambda each: each.last_offset):
            self._by_marker[each.last_offset] = each
            self._by_producer[each.producer_id].append(each)

    def is_aborted(self, header: BatchHeader) -> bool:
        """Whether a batch of data belongs to an aborted transaction."""
        if not header.is_transactional or header.producer_id not in self._by_producer:
            return False
        offset, aborted = header.base_offset, self._by_producer[header.producer_id]
        number = bisect_right(aborted, offset, key=lambda each: each.last_offset)
        return number < len(aborted) and aborted[number].first_offset <= offset

    def data(self, header: BatchHeader) -> None:
        """A batch of data was read, perhaps an empty one."""
        if header.is_transactional:
            self._seen.add(header.producer_id)

    def ended(self, header: BatchHeader) -> bool:
        """A marker was read: whether there was anything of its transaction before it."""
        found = header.producer_id in self._seen
        self._seen.discard(header.producer_id)
        return found

    def keep_entry(self, header: BatchHeader) -> None:
        """What the marker aborts must still be found."""
        aborted = self._by_marker.get(header.last_offset)
        if aborted is not None:
            self.kept.append(aborted)
