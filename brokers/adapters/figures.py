"""Where a node's figures go: PostgreSQL, by a thread and a connection of their own."""

from typing import Final

from brokers.adapters.database_calls import DatabaseCalls
from brokers.kernel.ids import BrokerId, Incarnation, TenantId
from brokers.node.ports import Readings
from brokers.selectors import stored_bytes
from brokers.selectors.database_time import database_time
from brokers.services import publish_figures, roll_up_figures

ANSWER_SECONDS: Final = 4.0
"""Less than an interval: a call that takes longer would be late for its sample anyway."""


class PostgresFigures:
    """``FiguresStore``."""

    def __init__(self, broker_id: BrokerId) -> None:
        self._calls = DatabaseCalls(1, f"broker-{broker_id}-figures")

    def close(self) -> None:
        self._calls.close()

    async def publish(
        self, broker_id: BrokerId, incarnation: Incarnation, readings: Readings
    ) -> None:
        await self._calls.call(
            ANSWER_SECONDS, publish_figures.publish_figures, broker_id, incarnation, readings
        )

    async def roll_up(self) -> None:
        await self._calls.call(ANSWER_SECONDS, _roll_up)

    async def stored_bytes(self) -> dict[TenantId, int]:
        return await self._calls.call(ANSWER_SECONDS, stored_bytes.stored_bytes)


def _roll_up() -> None:
    roll_up_figures.roll_up_figures(database_time())
