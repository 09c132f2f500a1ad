"""Brokers, and what is where."""

from typing import ClassVar

from django.contrib.admin import action
from django.db.models import QuerySet
from django.http import HttpRequest

from brokers.kernel.ids import BrokerId
from brokers.models import Broker
from brokers.services.drain_broker import drain_broker
from brokers.services.undrain_broker import undrain_broker
from streaming.backoffice.read_only import ReadOnlyAdmin
from streaming.backoffice.site import audit_name


class BrokerAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "host",
        "port",
        "rack",
        "fenced",
        "draining",
        "lacks_room",
        "heartbeat_at",
    )
    list_filter = ("fenced", "draining")
    ordering = ("id",)
    actions: ClassVar = ["drain", "undrain"]

    @action(description="Drain: move everything elsewhere")
    def drain(self, request: HttpRequest, rows: QuerySet[Broker]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request,
            rows,
            lambda each: drain_broker(broker_id=BrokerId(each.id), by=by),
            "is being drained",
        )

    @action(description="Undrain: let it hold replicas again")
    def undrain(self, request: HttpRequest, rows: QuerySet[Broker]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request,
            rows,
            lambda each: undrain_broker(broker_id=BrokerId(each.id), by=by),
            "may hold replicas again",
        )


class TopicAdmin(ReadOnlyAdmin):
    list_display = ("name", "tenant", "partition_count", "internal", "created_at", "deleted_at")
    list_filter = ("internal",)
    search_fields = ("name", "tenant__name")
    ordering = ("tenant__name", "name")


class PartitionAdmin(ReadOnlyAdmin):
    list_display = ("topic", "index", "tenant", "leader", "leader_epoch", "partition_epoch")
    list_filter = ("leader",)
    search_fields = ("topic__name", "tenant__name")
    ordering = ("tenant__name", "topic__name", "index")
