"""Damage to files, never more than what the design promises to survive.

A crash can tear what had not been made durable, and nothing else: below what any client knows to be
there, and below the recovery point, all stays. Rot can strike anything, but one replica at a time.
"""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Final

from brokers.log import files
from brokers.log.checkpoints import PartitionKey, decode_offsets
from brokers.log.volume import RECOVERY_POINTS
from tests.torture.faults.held_volume import HeldVolume
from tests.torture.faults.scene import Injected, NotNow, Scene
from tests.torture.layout import places
from tests.torture.segment_files import batches, segments

ANSWERS_ARRIVE_S: Final = 1.0
"""After a broker's death: its last answers are in its clients' sockets, and then in histories."""
TORN_BYTES_MAX: Final = 4096
HELD_S: Final = (0.0, 5.0)
INDEX_SUFFIXES: Final = (files.INDEX_SUFFIX, files.TIME_INDEX_SUFFIX, files.SNAPSHOT_SUFFIX)


def torn_tail(scene: Scene, draw: Random) -> Injected:
    """Kill a broker and damage the end of a log as a crash of the machine could have."""
    number = scene.draw_broker(draw)
    held, injected = _killed_and_held(scene, draw, number)
    volume = scene.cluster.broker(number).volume
    with ExitStack() as undo:
        undo.callback(held.release)
        time.sleep(ANSWERS_ARRIVE_S)
        scene.live.refresh()
        here = [place for place in places() if segments(volume / scene.cluster.folder_of(place))]
        if not here:
            raise NotNow(f"broker {number} has no partition with records")
        place = draw.choice(here)
        folder = volume / scene.cluster.folder_of(place)
        keep = max(scene.live.known_end(place), _recovery_point(volume, folder.name))
        how = tear(segments(folder)[-1], keep, draw)
        injected.target = f"broker {number}, {place}: {how}"
        undo.pop_all()
    return injected


def tear(segment: Path, keep: int, draw: Random) -> str:
    """Cut, blank or overrun the end of ``segment``, offsets below ``keep`` apart; what was done."""
    size = segment.stat().st_size
    sure, last = 0, b""
    for position, header, data in batches(segment):
        last = data
        if header.base_offset < keep:
            sure = position + len(data)
    if sure < size and draw.random() < 0.5:
        cut = draw.randrange(sure, size)
        os.truncate(segment, cut)
        if draw.random() < 0.5:
            return f"cut by {size - cut} bytes"
        os.truncate(segment, size)
        return f"last {size - cut} bytes blank"
    if last and draw.random() < 0.5:
        torn = last[: draw.randrange(1, len(last))]
    else:
        torn = bytes(draw.randint(1, TORN_BYTES_MAX))
    with segment.open("ab") as file:
        file.write(torn)
    return f"{len(torn)} bytes of a torn append"


def lost_index(scene: Scene, draw: Random) -> Injected:
    """Kill a broker and remove files that can be made again from the log."""
    number = scene.draw_broker(draw)
    held, injected = _killed_and_held(scene, draw, number)
    volume = scene.cluster.broker(number).volume
    with ExitStack() as undo:
        undo.callback(held.release)
        found = sorted(
            path
            for place in places()
            for path in (volume / scene.cluster.folder_of(place)).glob("*")
            if path.suffix in INDEX_SUFFIXES
        )
        if not found:
            raise NotNow(f"broker {number} has no index files")
        lost = draw.sample(found, min(len(found), draw.randint(1, 4)))
        for path in lost:
            path.unlink()
        undo.pop_all()
    injected.target = f"broker {number}: {len(lost)} index and snapshot files"
    return injected


def bit_flip(scene: Scene, draw: Random) -> Injected:
    """Rot in a closed segment of one follower, whose broker goes on; turned back if nobody saw."""
    place, number = scene.draw_follower(draw)
    if scene.rotten - {number}:
        raise NotNow(f"broker {min(scene.rotten)} has rot already, and one is enough")
    closed = segments(scene.cluster.broker(number).volume / scene.cluster.folder_of(place))[:-1]
    closed = [path for path in closed if path.stat().st_size > 0]
    if not closed:
        raise NotNow(f"{place} has no closed segment on broker {number}")
    path = draw.choice(closed)
    position = draw.randrange(path.stat().st_size)
    bit = 1 << draw.randrange(8)
    was = _flip(path, position, bit)
    scene.rotten.add(number)
    inode = path.stat().st_ino

    def undo() -> None:
        if path.exists() and path.stat().st_ino == inode and _byte(path, position) == was ^ bit:
            _flip(path, position, bit)

    target = f"broker {number}, {place}, {path.name} at byte {position}"
    return Injected(target, lasts_s=draw.uniform(10.0, 30.0), undo=undo)


def _killed_and_held(scene: Scene, draw: Random, number: int) -> tuple[HeldVolume, Injected]:
    volume = scene.cluster.broker(number).volume
    scene.send(number, signal.SIGKILL)
    injected = Injected(f"broker {number}", frozenset({number}), draw.uniform(*HELD_S))
    held = HeldVolume(volume)
    injected.undo = held.release
    return held, injected


def _recovery_point(volume: Path, folder: str) -> int:
    """Where what the broker has noted to be durable ends."""
    key = PartitionKey.parse(folder)
    try:
        text = (volume / RECOVERY_POINTS).read_bytes()
    except FileNotFoundError:
        return 0
    return 0 if key is None else decode_offsets(text, RECOVERY_POINTS).get(key, 0)


def _byte(path: Path, position: int) -> int:
    with path.open("rb") as file:
        file.seek(position)
        return file.read(1)[0]


def _flip(path: Path, position: int, bit: int) -> int:
    """Turn one bit; the byte as it was."""
    was = _byte(path, position)
    with path.open("r+b") as file:
        file.seek(position)
        file.write(bytes([was ^ bit]))
    return was
