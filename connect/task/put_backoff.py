"""How long a batch waits that its target could not take. Pure."""

from typing import Final

FIRST_S: Final = 0.3
LONGEST_S: Final = 30.0


def retry_after_s(failures: int, draw: float) -> float:
    """``failures`` from 1, ``draw`` in [0, 1): doubling to a limit, at least half of it, so that
    the tasks of a connector do not come back all at once."""
    whole = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 20))
    return whole * (0.5 + draw / 2)
