"""A connector of a tenant: what it is, what it is asked to be, and what it is."""

import uuid
from typing import ClassVar

from django.db import models

from connect.states import NAME_CHARACTERS_MAX, Kind, State, TargetState
from tenants.models import ServiceAccount, Tenant
from tenants.models.owned import TenantOwned


class Connector(TenantOwned):
    """``config`` is what the tenant gave, in strings, with ``HIDDEN`` in the place of each secret;
    ``secrets`` holds those, sealed by ``connect/sealing.py``.

    ``config_version`` counts the configs there were; tasks are made for ``configured_version`` by a
    process of its own, which worker ``worker`` in its incarnation ``incarnation`` started last, as
    attempt ``generation``. While the two versions differ there is something to do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="connectors")
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    kind = models.CharField(max_length=6, choices=[(each.value, each.value) for each in Kind])
    plugin = models.CharField(max_length=100)
    config = models.JSONField()
    secrets = models.TextField(default="")
    service_account = models.ForeignKey(ServiceAccount, models.CASCADE, related_name="connectors")
    target_state = models.CharField(max_length=12, default=TargetState.RUNNING)
    state = models.CharField(max_length=12, default=State.UNASSIGNED)
    trace = models.TextField(default="")
    topics = models.JSONField(default=list)
    """Read or written since this was last reset, by name."""
    config_version = models.PositiveIntegerField(default=1)
    configured_version = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=64, default="")
    incarnation = models.UUIDField(null=True)
    generation = models.BigIntegerField(default=0)
    configuring = models.BooleanField(default=False)
    """Attempt ``generation`` is under way."""
    restarts = models.PositiveIntegerField(default=0)
    """Attempts to make its tasks that failed one after the other."""
    next_restart_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="connector_name"),
        ]

    def __str__(self) -> str:
        return self.name
