"""Answers to what is read of a body, also where it cannot be read to its end."""

from collections.abc import AsyncIterator

import pytest

from streaming.rest import shipment
from streaming.rest.concatenated_json import MalformedBody
from streaming.rest.produce_request import ProduceRequest
from streaming.rest.production import Part, Production
from streaming.rest.shipment import Shipper
from tests.unit.rest.measuring import ACCESS, Brokers

RECORD = ProduceRequest(0, (), None, None, 1)


@pytest.fixture
async def shipper(monkeypatch: pytest.MonkeyPatch) -> Shipper:
    brokers = Brokers()
    monkeypatch.setattr(shipment, "current_clients", lambda: brokers)
    shipper = Shipper(ACCESS.identity, "topic", lambda *_: b"written")
    await shipper.find_topic()
    return shipper


async def parts_until(failure: Exception) -> AsyncIterator[Part]:
    yield [RECORD, RECORD], 2
    raise failure


async def test_what_keeps_a_body_from_being_read_on_is_raised_after_the_answers(
    shipper: Shipper,
) -> None:
    """Else too few answers would pass for all."""
    answers = Production(shipper).answers(parts_until(OSError("gone")))
    assert await anext(answers) == [b"written", b"written"]
    with pytest.raises(OSError, match="gone"):
        await anext(answers)


async def test_a_malformed_body_has_a_last_answer(shipper: Shipper) -> None:
    parts = parts_until(MalformedBody("no object"))
    *told, last = [each async for some in Production(shipper).answers(parts) for each in some]
    assert told == [b"written", b"written"]
    assert last.status == 400
