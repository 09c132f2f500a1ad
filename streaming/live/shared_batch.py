"""Records of one partition, fetched, encoded and filtered once for as many readers as there are."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from brokers.wire.records import Record
from streaming.filters.filter import Filter, Outcome
from streaming.live.encoding import PLAIN, Encoding, record_text
from streaming.live.subscription import Slice

RECORDS_HEAD: Final = '{"type":"records",'
"""How a records frame begins; a subscription puts its id behind it."""

Frame = tuple[str, ...]
"""A frame's text in parts, so that those who wait for their sockets share the long one."""


@dataclass(slots=True, eq=False)
class SharedBatch:
    """``records`` in offset order: all that there are from ``start`` up to, without,
    ``next_offset``."""

    partition: int
    start: int
    records: Sequence[Record]
    next_offset: int
    high_watermark: int
    offsets: list[int] = field(init=False)
    size: int = field(init=False)
    """Bytes of keys and values."""
    _longest: int = field(init=False)
    _texts: dict[Encoding, list[str]] = field(init=False, default_factory=dict)
    _wholes: dict[Encoding, str] = field(init=False, default_factory=dict)
    _outcomes: "dict[str, asyncio.Future[list[Outcome]]]" = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.offsets = [record.offset for record in self.records]
        lengths = [len(record.value or b"") for record in self.records]
        self._longest = max(lengths, default=0)
        self.size = sum(lengths) + sum(len(record.key or b"") for record in self.records)

    def frame(
        self,
        part: Slice,
        cursor: str,
        encoding: Encoding = PLAIN,
        *,
        head: str = RECORDS_HEAD,
        chosen: Sequence[int] | None = None,
    ) -> Frame:
        """The ``records`` frame with that part of the batch, or of those that ``chosen`` names by
        their places in it."""
        return (
            f'{head}"partition":{self.partition},"records":',
            self._list(part, encoding, chosen),
            f',"high_watermark":"{self.high_watermark}","skipped":{part.skipped},'
            f'"cursor":"{cursor}"}}',
        )

    async def outcomes(self, filter: Filter) -> list[Outcome]:
        """What the filter makes of the records; asked once, however many readers have it."""
        asked = self._outcomes.get(filter.text)
        if asked is None:
            asked = asyncio.ensure_future(filter.outcomes(self.partition, self.records))
            asked.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._outcomes[filter.text] = asked
        return await asyncio.shield(asked)

    def _list(self, part: Slice, encoding: Encoding, chosen: Sequence[int] | None) -> str:
        limit = encoding.max_value_bytes
        if limit is None or self._longest <= limit:
            encoding = replace(encoding, max_value_bytes=None, href="")
        texts = self._texts.get(encoding)
        if texts is None:
            texts = [record_text(record, self.partition, encoding) for record in self.records]
            self._texts[encoding] = texts
        if chosen is not None:
            return f"[{','.join(texts[index] for index in chosen[part.start : part.stop])}]"
        if part.stop - part.start < len(texts):
            return f"[{','.join(texts[part.start : part.stop])}]"
        whole = self._wholes.get(encoding)
        if whole is None:
            whole = self._wholes[encoding] = f"[{','.join(texts)}]"
        return whole
