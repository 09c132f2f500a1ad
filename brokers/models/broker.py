"""Brokers as the cell knows them, and the volumes that they keep partitions on."""

from django.db import models
from django.db.models.functions import Now


class Volume(models.Model):
    """One place that is lost as a whole; ``id`` is written on the volume itself."""

    id = models.CharField(max_length=64, primary_key=True)
    path = models.CharField(max_length=1000)
    first_seen_at = models.DateTimeField(db_default=Now())


class Broker(models.Model):
    """``incarnation`` rises with every registration; ``heartbeats`` with every sign of life.

    Ages are judged by how ``heartbeats`` rises and never by comparing clocks; ``heartbeat_at`` is
    the database's clock, for people and for upkeep. A ``draining`` broker is given no new replicas.
    A broker that ``lacks_room`` leads only what nobody else can. ``replica_lags`` is what it said
    with its last heartbeat of those who follow it, as ``metadata/lags.py`` writes it.
    ``copy_bytes_per_second``, the same for all, throttles the replicas that reassignments add.
    """

    id = models.PositiveIntegerField(primary_key=True)
    incarnation = models.BigIntegerField()
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField()
    internal_host = models.CharField(max_length=255)
    internal_port = models.PositiveIntegerField()
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="brokers")
    rack = models.CharField(max_length=255, null=True)
    fenced = models.BooleanField(default=False)
    draining = models.BooleanField(default=False)
    lacks_room = models.BooleanField(default=False)
    replica_lags = models.JSONField(default=list)
    opens = models.JSONField(default=list)
    """The sealing keys that it had at its last heartbeat, by name."""
    copy_bytes_per_second = models.PositiveBigIntegerField(null=True)
    heartbeats = models.BigIntegerField(default=0)
    heartbeat_at = models.DateTimeField(db_default=Now())
    registered_at = models.DateTimeField(db_default=Now())


class RemovedBroker(models.Model):
    """The last incarnation of a broker that was removed; one that takes its id begins above it.

    Otherwise a process of the old one, stopped for long, could pass for the new one.
    """

    id = models.PositiveIntegerField(primary_key=True)
    incarnation = models.BigIntegerField()
