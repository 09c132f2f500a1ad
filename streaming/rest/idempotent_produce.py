"""Produce requests with an ``Idempotency-Key``: the same request again writes nothing twice.

Before anything is written the key is claimed in PostgreSQL, with a plan: each record's partition
and timestamp, and where the partitions end. Afterwards the answer is kept there for 24 hours, so
it outlives this process and holds for all. Nothing is written when PostgreSQL is away.

Whoever finds the key claimed and not settled waits a little. Once its writer must have given up
(``WRITER_SECONDS``), the topic is asked which of the records it has; the others are written.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError

from streaming.postgresql.turns import out_of_turn
from streaming.problems import Problem
from streaming.records.clients import PRODUCE_TIMEOUT_MS, current_clients
from streaming.records.outgoing import OutgoingRecord
from streaming.records.producer import DELIVERY_SECONDS
from streaming.records.reader import LATEST
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.delivery_report import delivery_reports
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.problem_reply import problem_reply
from streaming.rest.record_stream import Asked
from streaming.rest.shipment import Answer, Shipper
from streaming.rest.written import find_written
from streaming.services.claim_request import RequestState, claim_request
from streaming.services.settle_request import settle_request
from streaming.services.take_over_request import take_over_request

logger = logging.getLogger(__name__)

IDEMPOTENT_BODY_BYTES_MAX: Final = 8 * 1024 * 1024
IDEMPOTENT_RECORDS_MAX: Final = 1_000
WRITER_SECONDS: Final = DELIVERY_SECONDS + PRODUCE_TIMEOUT_MS / 1000 + 15
"""After this a claimed request's writer has given up; what it sent has arrived or never will."""
WAIT_SECONDS: Final = 5
"""For the request that has the key to be settled by whoever claimed it."""

_KEY: Final = re.compile(r"[!-~]{1,128}")

Render = Callable[[Sequence[Answer]], Reply]


def idempotency_key(exchange: Exchange) -> str | None:
    """The request's key, None when it has none. Raises ``InvalidQuery``."""
    key = exchange.header("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidQuery("Idempotency-Key must be 1 to 128 printable ASCII characters, no spaces")
    return key


class IdempotentProduce:
    """One request with a key. ``render`` makes a reply of the answers to its records."""

    def __init__(self, exchange: Exchange, topic: str, key: str, render: Render) -> None:
        self._access = exchange.access
        self._path = exchange.path
        self._topic = topic
        self._key = key
        self._render = render
        reports = delivery_reports(exchange.access, topic)
        self._shipper = Shipper(exchange.access.identity, topic, reports)

    async def reply(self, body: bytes, asked: Sequence[Asked]) -> Reply:
        """``asked`` is what ``body`` asks for. Raises what keeps the request from being served."""
        if len(asked) > IDEMPOTENT_RECORDS_MAX:
            message = (
                f"A request with an Idempotency-Key has at most {IDEMPOTENT_RECORDS_MAX} records; "
                "send more requests, each with a key of its own."
            )
            return problem_reply(Problem(422, 422, message))
        fingerprint = hashlib.sha256(self._path.encode() + b"\0" + body).digest()
        await self._shipper.find_topic()
        prepared = await self._shipper.prepare(asked)
        plan = await self._plan(prepared)
        waited = 0.0
        while True:
            state = await self._claim(fingerprint, plan)
            if state.is_new:
                return await self._write(state, asked, prepared, {})
            if state.fingerprint != fingerprint:
                return problem_reply(_OTHER_BODY)
            if state.status is not None and state.answer is not None:
                return Reply(state.answer, state.status, {"Idempotent-Replayed": "true"})
            age = (datetime.now(UTC) - state.claimed_at).total_seconds()
            if age > WRITER_SECONDS and await self._take_over(state):
                return await self._recover(state, asked)
            if waited > WAIT_SECONDS:
                return problem_reply(_IN_PROGRESS)
            pause = min(0.05 + waited / 4, 1.0)
            await asyncio.sleep(pause)
            waited += pause

    async def _plan(self, prepared: Sequence[OutgoingRecord | Problem]) -> dict[str, Any]:
        places = [
            None if isinstance(each, Problem) else [each.partition, each.timestamp_ms]
            for each in prepared
        ]
        partitions = {place[0] for place in places if place is not None}
        ends: Mapping[int, int] = {}
        if partitions:
            async with current_clients().reader(self._access.identity) as reader:
                ends = await reader.offsets(self._topic, dict.fromkeys(partitions, LATEST))
        return {"records": places, "ends": {str(key): value for key, value in ends.items()}}

    async def _write(
        self,
        state: RequestState,
        asked: Sequence[Asked],
        prepared: Sequence[OutgoingRecord | Problem],
        known: Mapping[int, Answer],
    ) -> Reply:
        """Write what is not ``known`` to be answered, and settle the request when that is final."""
        missing = [index for index in range(len(asked)) if index not in known]
        shipment = await self._shipper.ship_records(
            [asked[index] for index in missing], [prepared[index] for index in missing]
        )
        answers = dict(known) | dict(zip(missing, await shipment.answers(), strict=True))
        ordered = [answers[index] for index in range(len(asked))]
        reply = self._render(ordered)
        is_final = not any(isinstance(each, Problem) and each.status >= 429 for each in ordered)
        if is_final:
            await self._settle(state, reply)
        return reply

    async def _recover(self, state: RequestState, asked: Sequence[Asked]) -> Reply:
        """Somebody claimed the request and never settled it."""
        prepared = await self._shipper.prepare(asked, state.plan["records"])
        records = [each for each in prepared if isinstance(each, OutgoingRecord)]
        places = [index for index, each in enumerate(prepared) if isinstance(each, OutgoingRecord)]
        starts = {int(partition): end for partition, end in state.plan["ends"].items()}
        async with current_clients().reader(self._access.identity) as reader:
            found = await find_written(reader, self._topic, records, starts)
        known = {
            places[index]: self._shipper.report(
                asked[places[index]], records[index].partition, delivered
            )
            for index, delivered in found.items()
        }
        logger.info(
            "an idempotent request of %s was not settled: %d of %d records were written",
            self._access.tenant,
            len(known),
            len(asked),
        )
        return await self._write(state, asked, prepared, known)

    async def _claim(self, fingerprint: bytes, plan: Any) -> RequestState:
        return await database_sync_to_async(claim_request)(
            tenant_id=self._access.tenant_id,
            principal=self._access.principal,
            key=self._key,
            fingerprint=fingerprint,
            plan=plan,
        )

    async def _take_over(self, state: RequestState) -> bool:
        return await database_sync_to_async(take_over_request)(
            tenant_id=self._access.tenant_id,
            request_id=state.id,
            claimed_at=state.claimed_at,
        )

    async def _settle(self, state: RequestState, reply: Reply) -> None:
        assert isinstance(reply.body, bytes)
        try:
            with out_of_turn():
                await database_sync_to_async(settle_request)(
                    tenant_id=self._access.tenant_id,
                    request_id=state.id,
                    status=reply.status,
                    answer=reply.body,
                )
        except (OperationalError, InterfaceError):
            # The records are written and this caller is told so; whoever asks again later is
            # answered from the topic.
            logger.warning("the answer to an idempotent request could not be kept", exc_info=True)


_OTHER_BODY: Final = Problem(
    422,
    422,
    "This Idempotency-Key was used for another request within 24 hours: another topic, endpoint or "
    "body. Send each new request with a key of its own.",
)
_IN_PROGRESS: Final = Problem(
    409,
    409,
    "The request with this Idempotency-Key is still being written, or was given up with its "
    f"outcome unknown; {WRITER_SECONDS:.0f} seconds after it began the topic itself is asked. "
    "Send it again, with the same key.",
    {"Retry-After": "5"},
)
