"""How fine series are, and for how long."""

from dataclasses import dataclass
from typing import Final

FINEST_S: Final = 10
"""Between two ticks."""

GROUPS_S: Final = 15
"""Between two looks at consumer groups."""

HOUR_S: Final = 3_600
DAY_S: Final = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Resolution:
    """Points are ``step_s`` apart until they are ``age_s`` old; both whole multiples of the
    resolution's before."""

    step_s: int
    age_s: int


RESOLUTIONS: Final = (
    Resolution(FINEST_S, HOUR_S),
    Resolution(60, DAY_S),
    Resolution(900, 30 * DAY_S),
)
