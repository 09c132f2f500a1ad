"""How far a consumer group is behind in one topic, at one moment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupLag:
    """``records`` over the group's partitions of the topic, ``lag_ms`` of the one that is most
    behind; None where that is not known of all of them. Names are the tenant's own."""

    tenant_id: str
    group: str
    topic: str
    records: int | None
    lag_ms: int | None
