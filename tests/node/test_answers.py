"""Answers that become ready together leave together, in the order of their requests."""

import asyncio
from collections.abc import Callable

from brokers.node.answers import Answer
from tests.node.harness import wait_until


class Transport:
    """Counts writes on their way to the real one."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.writes: list[bytes] = []

    def writelines(self, buffers: list[bytes]) -> None:
        self.writes.append(b"".join(buffers))
        self.transport.writelines(buffers)

    def __getattr__(self, name: str):
        return getattr(self.transport, name)


def _in_one_turn(world, client, count: int, ready: Callable[[list[Answer]], None]) -> Transport:
    """``ready`` completes some of so many waiting answers of the client's connection."""
    port = client.socket.getsockname()[1]
    served = next(
        each
        for each in list(world.node.node.external.connections)
        if each.peer.endswith(f":{port}")
    )
    transport = Transport(served._transport)

    def turn() -> None:
        served._transport = transport
        answers = [Answer() for _ in range(count)]
        for answer in answers:
            served._place(answer)
        ready(answers)

    served.listener.loop.call_soon_threadsafe(turn)
    return transport


def test_answers_ready_in_one_turn_are_one_write(world, client):
    def ready(answers: list[Answer]) -> None:
        for number, answer in enumerate(answers):
            answer.complete([b"%d" % number])

    transport = _in_one_turn(world, client, 16, ready)
    told = b"".join(b"%d" % number for number in range(16))
    assert client.socket.recv(100) == told
    assert transport.writes == [told]


def test_nobody_waits_for_an_answer_behind_his(world, client):
    def ready(answers: list[Answer]) -> None:
        answers[2].complete([b"3"])
        answers[0].complete([b"1"])
        answers[1].complete([b"2"])

    transport = _in_one_turn(world, client, 4, ready)
    wait_until(lambda: transport.writes, "the answers before the one that is not ready")
    assert transport.writes == [b"123"]
    assert client.socket.recv(100) == b"123"
