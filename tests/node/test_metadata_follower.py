"""How the image is kept up: what asks the store, and how often."""

import asyncio

from brokers.node.metadata_follower import MetadataFollower
from tests.node.fakes import MemoryCell


class SlowCell(MemoryCell):
    """Answers what it was asked when the test says so, as a store that is far away does."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def changes_after(self, number, limit):
        changes = await super().changes_after(number, limit)
        self.asked.set()
        await self.may_answer.wait()
        return changes


async def test_what_waits_for_the_store_shares_one_query():
    """That which is under way may have been answered before what they are to see was committed."""
    cell = SlowCell()
    cell.add_tenant()
    follower = MetadataFollower(cell, cell, lambda change: None, lambda change: None)
    await follower.load()
    first = asyncio.create_task(follower.catch_up())
    await cell.asked.wait()
    late = cell.add_tenant()

    others = [asyncio.create_task(follower.catch_up()) for _ in range(20)]
    await asyncio.sleep(0)
    cell.may_answer.set()
    assert all(await asyncio.gather(first, *others))
    assert cell.queries == 2
    assert late.id in follower.image.tenants
