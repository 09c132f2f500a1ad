"""Connections to other brokers that are made when they are needed."""

import asyncio
from types import SimpleNamespace

import pytest

from brokers.client.peer_connection import PeerUnreachable
from brokers.node import peer_requests
from brokers.node.peer_requests import PeerRequests
from brokers.wire.registry import ApiKey


class Connection:
    def __init__(self) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.fails = False

    def close(self) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    async def ask(self, api_key, version, request) -> str:
        if self.fails or self.lost.done():
            raise PeerUnreachable("the connection has ended")
        return f"answer to {request}"


@pytest.fixture
def made(monkeypatch) -> list[asyncio.Future[Connection]]:
    """One future per connection that is asked for, for the test to fulfil."""
    wanted: list[asyncio.Future[Connection]] = []

    async def connect_to(broker, node) -> Connection:
        wanted.append(asyncio.get_running_loop().create_future())
        return await wanted[-1]

    monkeypatch.setattr(peer_requests, "connect_to", connect_to)
    return wanted


def broker(incarnation: int = 1) -> SimpleNamespace:
    return SimpleNamespace(id=2, incarnation=incarnation)


def ask(peers: PeerRequests, request: str, incarnation: int = 1) -> asyncio.Task:
    asked = peers.ask(broker(incarnation), ApiKey.WRITE_TXN_MARKERS, 2, request)
    return asyncio.create_task(asked)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_everybody_shares_one_connection(made) -> None:
    peers = PeerRequests(SimpleNamespace())
    asked = [ask(peers, "a"), ask(peers, "b")]
    await settled()
    (wanted,) = made
    wanted.set_result(Connection())
    assert await asyncio.gather(*asked) == ["answer to a", "answer to b"]
    assert await ask(peers, "c") == "answer to c"
    assert len(made) == 1


async def test_after_a_failure_the_next_question_gets_a_new_one(made) -> None:
    peers = PeerRequests(SimpleNamespace())
    asked = ask(peers, "a")
    await settled()
    connection = Connection()
    connection.fails = True
    made[0].set_result(connection)
    with pytest.raises(PeerUnreachable):
        await asked
    assert connection.lost.done()
    again = ask(peers, "a")
    await settled()
    made[1].set_result(Connection())
    assert await again == "answer to a"


async def test_a_broker_that_began_anew_does_not_cancel_who_waits_for_the_old_one(made) -> None:
    peers = PeerRequests(SimpleNamespace())
    old = ask(peers, "a", incarnation=1)
    await settled()
    new = ask(peers, "b", incarnation=2)
    await settled()
    made[0].set_result(Connection())
    made[1].set_result(Connection())
    assert await new == "answer to b"
    with pytest.raises(PeerUnreachable):
        await old
