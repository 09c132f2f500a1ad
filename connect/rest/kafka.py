"""The brokers, asked in the name of a request's caller."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asgiref.sync import async_to_sync

from connect.asking import Ask
from streaming.postgresql.turns import end_turn
from streaming.records.clients import current_clients
from streaming.records.identity import Identity
from streaming.records.reader import Reader

T = TypeVar("T")


def asking_as(identity: Identity) -> Ask:
    """For views, which run in a thread of their own: readers are those of the event loop's pool."""

    def ask(question: Callable[[Reader], Awaitable[T]]) -> T:
        async def leased() -> T:
            async with current_clients().reader(identity) as reader:
                return await question(reader)

        end_turn()
        return async_to_sync(leased)()

    return ask
