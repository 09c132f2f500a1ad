"""What a group looks like in a list, whichever protocol its members speak."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """``kind`` and ``state`` as Kafka shows them: "classic" or "consumer", "Stable" and so on."""

    group_id: str
    protocol_type: str
    state: str
    kind: str
