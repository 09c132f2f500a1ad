"""CRC-32C of stretches of files, read a mebibyte at a time.

Both calls that take time release the interpreter's lock, so that a thread may do this beside an
event loop.
"""

from pathlib import Path

from crc32c import crc32c

from brokers.kernel.limits import MIB
from brokers.log.disk import Disk


def checksum(disk: Disk, path: Path, length: int, *, position: int = 0, crc: int = 0) -> int:
    """The CRC-32C of ``length`` bytes from ``position``, going on from ``crc``.

    A file that ends earlier is as long as it is: its checksum is another one. Raises ``OSError``.
    """
    handle = disk.open(path)
    try:
        end = position + length
        while position < end:
            data = disk.pread(handle, min(MIB, end - position), position)
            if not data:
                break
            crc = crc32c(data, crc)
            position += len(data)
        return crc
    finally:
        disk.close(handle)
