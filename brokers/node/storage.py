"""What a broker has storage workers do: compaction and scrubbing."""

import asyncio
from typing import TYPE_CHECKING

from brokers.node.compaction import compact
from brokers.node.scrubbing import scrub
from brokers.node.storage_jobs import StorageJobs

if TYPE_CHECKING:
    from brokers.node.node import Node


async def use_storage_workers(node: "Node") -> None:
    """Both, until cancelled."""
    jobs = StorageJobs(node)
    try:
        await jobs.forget_earlier()
        async with asyncio.TaskGroup() as loops:
            loops.create_task(compact(node, jobs))
            loops.create_task(scrub(node, jobs))
    finally:
        jobs.close()
