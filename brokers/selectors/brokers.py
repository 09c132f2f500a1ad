"""Brokers: who there is, who lives, who has room."""

from django.db.models import Count

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


def partitions_led() -> dict[BrokerId, int]:
    """How many partitions of live topics each broker leads, over all tenants."""
    with scope.system("placement: every tenant's partitions are a broker's load"):
        counts = (
            Partition.objects.filter(topic__deleted_at__isnull=True, leader__isnull=False)
            .values_list("leader")
            .annotate(count=Count("id"))
        )
        return {BrokerId(leader): count for leader, count in counts}


def placement_candidates() -> list[Candidate]:
    """Live brokers with their loads."""
    led = partitions_led()
    return [
        Candidate(BrokerId(broker.id), broker.volume_id, led.get(BrokerId(broker.id), 0))
        for broker in live_brokers()
    ]


def broker_heartbeats() -> dict[BrokerId, tuple[Incarnation, int]]:
    """Per live broker its incarnation and its counter of heartbeats."""
    rows = Broker.objects.filter(fenced=False).values_list("id", "incarnation", "heartbeats")
    return {BrokerId(number): (Incarnation(run), beats) for number, run, beats in rows}
