"""Why a task that runs gets no further, and since when. Pure: time is an argument."""

from dataclasses import dataclass
from typing import Final

from connect.runtime.traces import sentence_of

WHY_CHARACTERS_MAX: Final = 500


@dataclass(slots=True)
class Wait:
    """Of one step of a task, which is tried until it goes well. ``why`` is empty when all is well;
    else it is what the latest try was told, and ``since`` when the first one failed, in
    (monotonic) seconds."""

    why: str = ""
    since: float = 0.0

    def fail(self, error: BaseException, now: float, prefix: str = "") -> None:
        """A try has failed and there will be another one."""
        if not self.why:
            self.since = now
        told = " ".join(f"{prefix}{sentence_of(error)}".split())[:WHY_CHARACTERS_MAX]
        # Targets say what they like, and neither half a surrogate nor a zero can be passed on.
        self.why = told.encode(errors="replace").decode().replace("\0", "") or "it says nothing"

    def end(self) -> None:
        """A try went well, or there is nothing more to try."""
        self.why = ""

    def seconds(self, now: float) -> int:
        """How long it has lasted; 0 while all is well."""
        return int(now - self.since) if self.why else 0
