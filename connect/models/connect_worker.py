"""A worker that runs connectors' tasks."""

from django.db import models


class ConnectWorker(models.Model):
    """``incarnation`` is this start of it. Others see by ``beats`` that it lives: no clock is
    compared. ``slots`` is how many tasks it runs at most."""

    name = models.CharField(max_length=64, primary_key=True)
    incarnation = models.UUIDField()
    host = models.CharField(max_length=255)
    slots = models.PositiveIntegerField()
    beats = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField()
    """By PostgreSQL's clock, for people to read."""
    stopped = models.BooleanField(default=False)
    """It ended in order, and has no tasks."""
    started_at = models.DateTimeField()
    opens = models.JSONField(default=list)
    """The sealing keys that it had at its last beat, by name."""

    def __str__(self) -> str:
        return self.name
