"""Ports for programs of our own: free, and nobody's by chance."""

import socket

import pytest

from streaming.cell import ports
from streaming.cell.defaults import LOOPBACK

LINUX_BEGINS_AT = 32_768
"""``net.ipv4.ip_local_port_range`` where nobody has changed it; other systems begin at 49,152."""


@pytest.fixture
def listening():
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_the_preferred_one_is_had_unless_it_is_taken(listening):
    preferred = ports.free()
    assert ports.free(preferred) == preferred
    assert ports.free(listening) in ports.FREE_PORTS


def test_none_is_taken_or_to_be_avoided(listening):
    avoided, left = ports.free(), ports.free()
    some = [listening, avoided, left]
    assert {ports.free(avoid=[avoided], among=some) for _ in range(20)} == {left}


def test_no_outgoing_connection_is_given_one():
    assert ports.FREE_PORTS.stop <= LINUX_BEGINS_AT
