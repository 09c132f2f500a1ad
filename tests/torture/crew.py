"""The client processes: started, crashed and replaced, stopped; none is left behind."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streaming.cell.program import CHECKOUT, EXEC_CHILD
from tests.torture.clients import exits
from tests.torture.clients.groups import GROUPS, Group
from tests.torture.clients.task import Login, Task
from tests.torture.layout import Place

WEAK_SHARE: Final = 0.2
"""Of all records: those sent with acks 1 or 0, for which readers must not see too much."""
REFUSED_RATE: Final = 2.0
WRITERS_END_WITHIN_S: Final = 100.0
READERS_END_WITHIN_S: Final = 20.0

READERS: Final = ("confluent-reader", "aiokafka-reader", "kafka-python-reader")


@dataclass(slots=True)
class Member:
    task: Task
    process: subprocess.Popen[bytes]
    said: Path
    """What it printed."""

    @property
    def group(self) -> Group | None:
        return GROUPS.get(self.task.role)

    @property
    def is_reader(self) -> bool:
        return self.task.role in READERS

    def __str__(self) -> str:
        return f"{self.task.role} {self.task.number}"


class Crew:
    """A context manager. Start members from one thread only: they die with the thread that did.

    ``rate`` is records per second of ``start_all``'s writers. Members are numbered from
    ``first_number`` on, exclusive.
    """

    def __init__(self, login: Login, folder: Path, rate: float, first_number: int = 0) -> None:
        self.crashes = 0
        self.replaced: Counter[int] = Counter()
        """Transformers whose transaction ran out of time, or whose library hung, by exit code."""
        self.failures: list[str] = []
        """Members that ended by themselves or did not end when told to, which none should."""
        self._login = login
        self._folder = folder
        self._rate = rate
        self._members: list[Member] = []
        self._count = first_number

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_error: object) -> None:
        for member in self._members:
            member.process.kill()
        for member in self._members:
            member.process.wait()
        self._members.clear()

    def start_all(self) -> None:
        strong, weak = self._rate * (1 - WEAK_SHARE), self._rate * WEAK_SHARE
        for role, rate in [
            ("idempotent-writer", strong / 2),
            ("idempotent-writer", strong / 2),
            ("leader-acks-writer", weak / 2),
            ("no-acks-writer", weak / 2),
            ("refused-writer", REFUSED_RATE),
            ("late-ender", 0.0),
        ]:
            self.start(role, rate=rate)
        for role in READERS:
            self.start(role)
        for group in GROUPS.values():
            for slot in range(group.members):
                self.start(group.name, slot=slot)

    def start(
        self,
        role: str,
        *,
        rate: float = 0.0,
        from_end: bool = False,
        slot: int = 0,
        until: dict[Place, int] | None = None,
    ) -> Member:
        self._count += 1
        name = f"{self._count:04d}-{role}"
        task = Task(
            role=role,
            number=self._count,
            history=str(self._folder / f"{name}.history"),
            login=self._login,
            rate=rate,
            from_end=from_end,
            slot=slot,
            until=until or {},
        )
        told = self._folder / f"{name}.json"
        task.write(told)
        Path(task.history).touch(mode=0o600)
        wrapper = [sys.executable, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGKILL"]
        command = [sys.executable, "-m", "tests.torture.clients", str(told)]
        said = self._folder / f"{name}.said"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [*wrapper, "--", *command],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        member = Member(task, process, said)
        self._members.append(member)
        return member

    def crash_one(self, draw: random.Random) -> str:
        """Kill -9 one of the idempotent writers and readers, and start another in its place."""
        candidates = [m for m in self._members if m.is_reader or m.task.role == "idempotent-writer"]
        return self._crash(draw.choice(candidates))

    def crash_group_member(self, draw: random.Random) -> str:
        """Kill -9 a member of a group; it is replaced by one of the same transactional id."""
        return self._crash(draw.choice([m for m in self._members if m.group is not None]))

    def _crash(self, member: Member) -> str:
        self._members.remove(member)
        member.process.kill()
        member.process.wait()
        self.crashes += 1
        self._replace(member)
        return str(member)

    def _replace(self, gone: Member) -> None:
        # A reader goes on at the end: from the beginning it would never come near it in a long run.
        task = gone.task
        self.start(task.role, rate=task.rate, from_end=gone.is_reader, slot=task.slot)

    def tend(self) -> None:
        """Note those that ended by themselves, and replace them."""
        for member in [each for each in self._members if each.process.poll() is not None]:
            self._members.remove(member)
            self._note_end(member)
            self._replace(member)

    def stop_writers(self) -> None:
        """Writers flush first; one that cannot is a failure."""
        writers = [m for m in self._members if not m.is_reader and m.group is None]
        self._stop(writers, WRITERS_END_WITHIN_S)

    def stop_groups(self) -> None:
        """Members end the transaction that they are in, and leave."""
        self._stop([m for m in self._members if m.group is not None], WRITERS_END_WITHIN_S)

    def stop_readers(self) -> None:
        self._stop([m for m in self._members if m.is_reader], READERS_END_WITHIN_S)

    def wait_for(self, members: list[Member], seconds: float) -> None:
        """Readers that end by themselves; one that does not is a failure."""
        deadline = time.monotonic() + seconds
        for member in members:
            self._await_end(member, deadline, f"had not read everything after {seconds:.0f} s")

    @property
    def readers(self) -> list[Member]:
        return [each for each in self._members if each.is_reader]

    def _stop(self, members: list[Member], seconds: float) -> None:
        for member in members:
            member.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for member in members:
            self._await_end(member, deadline, "hung when it was told to stop")

    def _await_end(self, member: Member, deadline: float, otherwise: str) -> None:
        try:
            member.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            member.process.kill()
            member.process.wait()
            self.failures.append(f"{member} {otherwise}")
        else:
            self._note_end(member)
        self._members.remove(member)

    def _note_end(self, member: Member) -> None:
        code = member.process.returncode
        if code == exits.DONE:
            return
        if code in {exits.FENCED, exits.HUNG, exits.GIVEN_UP}:
            self.replaced[code] += 1
            return
        why = {
            exits.FATAL: "gave up its idempotence",
            exits.UNFINISHED: "had sends that were neither acknowledged nor given up",
            exits.RESET: "lost its position",
        }.get(code, f"ended with code {code}")
        words = member.said.read_text(errors="replace").strip()[-500:]
        self.failures.append(f"{member} {why}" + (f": {words}" if words else ""))
