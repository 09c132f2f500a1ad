"""A network device whose other side is this process: it reads what was sent, and writes what comes.

https://docs.kernel.org/networking/tuntap.html. Packets are whole and plain: nothing was left to
hardware that is not there.
"""

import fcntl
import os
import struct
from typing import Final

from tests.torture.network.namespaces.namespace import Namespace

CLONE_DEVICE: Final = "/dev/net/tun"
TUNSETIFF: Final = 0x400454CA
IFF_TUN: Final = 0x0001
IFF_NO_PI: Final = 0x1000
"""No bytes before the packet."""
PACKET_MAX: Final = 65_535
QUEUE_PACKETS: Final = 10_000
"""How many may wait to be read; more are lost."""


class Tun:
    """A new device of a namespace, up; gone with this process. Raises ``OSError``."""

    def __init__(self, namespace: Namespace, name: str) -> None:
        with namespace.entered():
            self.handle = os.open(CLONE_DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            wanted = struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI)
            fcntl.ioctl(self.handle, TUNSETIFF, wanted)
        namespace.ip(f"link set {name} txqueuelen {QUEUE_PACKETS} up")

    def read(self) -> bytes | None:
        """A packet that was sent through it; None when there is none."""
        try:
            return os.read(self.handle, PACKET_MAX)
        except BlockingIOError:
            return None

    def write(self, packet: bytes) -> None:
        """The packet comes in through it."""
        os.write(self.handle, packet)
