"""The assignors that a client may name (``group.remote.assignor``)."""

from collections.abc import Mapping
from typing import Final

from brokers.groups.assignors.range import assign_ranges
from brokers.groups.assignors.specification import Assign
from brokers.groups.assignors.uniform import assign_uniformly

ASSIGNORS: Final[Mapping[str, Assign]] = {"uniform": assign_uniformly, "range": assign_ranges}
"""By the name in ConsumerGroupHeartbeat. The first is for groups whose members name none."""

DEFAULT_ASSIGNOR: Final = next(iter(ASSIGNORS))
