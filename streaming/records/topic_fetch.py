"""Fetches of many partitions at once, from all their leaders."""

import asyncio
from collections.abc import Mapping
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.reader import ANSWER_SECONDS, MOVED, RETRY_SECONDS, Fetched, Reader

_ANSWERS: Final = frozenset({ErrorCode.NONE, ErrorCode.OFFSET_OUT_OF_RANGE})


async def fetch_topic(
    reader: Reader,
    topic: str,
    positions: Mapping[int, int],
    *,
    wait_ms: int,
    max_bytes: int,
    partition_bytes: int,
) -> list[Fetched]:
    """What there is from an offset per partition, following leaders that move for
    ``ANSWER_SECONDS``. With ``wait_ms`` it ends with the first leader that has something.

    A partition that is out of range is among the answers, with that code. Raises ``Refusal`` and
    ``BrokersUnavailable``.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ANSWER_SECONDS
    while True:
        try:
            by_leader = await reader.led(topic, positions)
            asked = [
                reader.fetch(
                    leader,
                    topic,
                    {partition: positions[partition] for partition in partitions},
                    wait_ms=wait_ms,
                    max_bytes=max_bytes,
                    partition_bytes=partition_bytes,
                )
                for leader, partitions in by_leader.items()
            ]
            answers = await _first_news(asked) if wait_ms else await _all(asked)
            for answer in answers:
                if answer.error not in _ANSWERS:
                    raise refusal_of(answer.error, f"records of topic {topic!r}/{answer.partition}")
        except (Refusal, BrokersUnavailable) as failure:
            may_pass = not isinstance(failure, Refusal) or failure.code in MOVED
            if not may_pass or loop.time() > deadline:
                raise
            await reader.partitions(topic)
        else:
            return answers
        await asyncio.sleep(RETRY_SECONDS)


async def _all(asked: list) -> list[Fetched]:  # type: ignore[type-arg]
    return [answer for answers in await asyncio.gather(*asked) for answer in answers]


async def _first_news(asked: list) -> list[Fetched]:  # type: ignore[type-arg]
    tasks = [asyncio.ensure_future(each) for each in asked]
    answers: list[Fetched] = []
    try:
        for next_done in asyncio.as_completed(tasks):
            told = await next_done
            answers += told
            if any(each.records or each.error for each in told):
                break
        return answers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
