"""How long a request that comes too fast is held back for a client that cannot be told."""

import asyncio

from brokers.kernel.errors import ErrorCode
from brokers.node.administration import KNOW_THROTTLING, Deadline
from brokers.node.ports import Refused
from brokers.wire.registry import ApiKey

TOO_FAST = ErrorCode.THROTTLING_QUOTA_EXCEEDED


def held(timeout_ms, outcomes, version=KNOW_THROTTLING[ApiKey.CREATE_TOPICS] - 1):
    """What it comes to, and how often it was tried."""
    left = list(outcomes)

    async def attempt():
        return left.pop(0)

    async def run():
        return await Deadline(timeout_ms).paced(ApiKey.CREATE_TOPICS, version, attempt)

    outcome = asyncio.run(run())
    return outcome, len(outcomes) - len(left)


def test_it_is_tried_again_when_its_time_has_come():
    assert held(5_000, [Refused(TOO_FAST, "", 10), Refused(TOO_FAST, "", 5), "made"]) == ("made", 3)


def test_a_wait_beyond_its_time_is_told_in_words_that_it_knows():
    outcome, tries = held(5_000, [Refused(TOO_FAST, "wait", 6_000)])
    assert outcome == Refused(ErrorCode.REQUEST_TIMED_OUT, "wait", 6_000)
    assert tries == 1


def test_any_other_refusal_is_final():
    refused = Refused(ErrorCode.POLICY_VIOLATION, "no", 0)
    assert held(5_000, [refused, "made"]) == (refused, 1)


def test_a_client_that_can_be_told_is_told_at_once():
    too_fast = Refused(TOO_FAST, "", 10)
    version = KNOW_THROTTLING[ApiKey.CREATE_TOPICS]
    assert held(5_000, [too_fast, "made"], version) == (too_fast, 1)
