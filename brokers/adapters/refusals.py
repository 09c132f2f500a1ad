"""Where a node's refusals and deeds go: the audit log, by a thread and a connection of its own."""

from collections.abc import Sequence
from typing import Final

from brokers.adapters.database_calls import DatabaseCalls
from brokers.kernel.ids import BrokerId
from brokers.metering.refusal_tally import Refusals
from brokers.services import log_deeds, log_refusals

WRITE_SECONDS: Final = 5.0


class PostgresRefusals:
    """``RefusalLog``."""

    def __init__(self, broker_id: BrokerId) -> None:
        self._broker_id = broker_id
        self._calls = DatabaseCalls(1, f"broker-{broker_id}-refusals")

    def close(self) -> None:
        self._calls.close()

    async def record(self, refusals: Sequence[Refusals]) -> None:
        await self._calls.call(
            WRITE_SECONDS, log_refusals.log_refusals, refusals, broker_id=self._broker_id
        )

    async def record_deeds(self, deeds: Sequence[Refusals]) -> None:
        await self._calls.call(WRITE_SECONDS, log_deeds.log_deeds, deeds, broker_id=self._broker_id)
