"""Brokers: who there is, who lives, who has room."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, F, Func

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.placement import Candidate
from brokers.models import Broker, Partition
from tenants import scope


def list_brokers() -> list[Broker]:
    """Every broker that ever registered, volumes loaded, by id."""
    return list(Broker.objects.select_related("volume").order_by("id"))


def live_brokers() -> list[Broker]:
    """Brokers that are not fenced, by id."""
    return list(Broker.objects.filter(fenced=False).order_by("id"))


def copy_throttle() -> int | None:
    """Bytes a second at which each broker copies new replicas at most; None for no limit."""
    return Broker.objects.order_by("id").values_list("copy_bytes_per_second", flat=True).first()


def partitions_led() -> dict[BrokerId, int]:
    """How many partitions of live topics each broker leads, over all tenants."""
    with scope.system("placement: every tenant's partitions are a broker's load"):
        counts = (
            Partition.objects.filter(topic__deleted_at__isnull=True, leader__isnull=False)
            .values_list("leader")
            .annotate(count=Count("id"))
        )
        return {BrokerId(leader): count for leader, count in counts}


def replicas_held() -> Counter[BrokerId]:
    """How many replicas of live topics each broker holds, over all tenants."""
    with scope.system("placement: every tenant's partitions are a broker's load"):
        counts = (
            Partition.objects.filter(topic__deleted_at__isnull=True)
            .values_list(Func(F("replicas"), function="unnest"))
            .annotate(count=Count("id"))
        )
        return Counter({BrokerId(broker): count for broker, count in counts})


def placement_candidates() -> list[Candidate]:
    """Brokers that may be given replicas, with their loads: registered ones, not draining."""
    return candidates_among(Broker.objects.filter(draining=False))


def candidates_among(brokers: Iterable[Broker]) -> list[Candidate]:
    """These brokers with their loads, by id."""
    led, held = partitions_led(), replicas_held()
    found = [
        Candidate(
            id=BrokerId(broker.id),
            volume_id=broker.volume_id,
            load=led.get(BrokerId(broker.id), 0),
            held=held[BrokerId(broker.id)],
            rack=broker.rack,
            is_live=not broker.fenced,
        )
        for broker in brokers
    ]
    return sorted(found, key=lambda candidate: candidate.id)


def broker_heartbeats() -> dict[BrokerId, tuple[Incarnation, int]]:
    """Per live broker its incarnation and its counter of heartbeats."""
    rows = Broker.objects.filter(fenced=False).values_list("id", "incarnation", "heartbeats")
    return {BrokerId(number): (Incarnation(run), beats) for number, run, beats in rows}
