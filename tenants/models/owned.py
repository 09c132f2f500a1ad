"""What every tenant-owned model inherits: managers that deny until a scope is active."""

from typing import Any, ClassVar, TypeVar

from django.db import models

from tenants import scope

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """Asks for the scope again when it is read: a queryset may outlive the scope that made it."""

    def _fetch_all(self) -> None:
        scope.current()
        super()._fetch_all()  # type: ignore[misc]


class ScopedManager(models.Manager[M]):
    """Filters by the active tenant; raises ``ScopeMissing`` outside any scope.

    ``owner`` is the model's column that holds the tenant's id.
    """

    def __init__(self, owner: str = "tenant_id") -> None:
        super().__init__()
        self._owner = owner

    def get_queryset(self) -> models.QuerySet[M]:
        active = scope.current()
        rows: models.QuerySet[M] = ScopedQuerySet(self.model, using=self._db)
        if active.level is scope.Level.TENANT:
            return rows.filter(**{self._owner: active.tenant_id})
        return rows


class TenantOwned(models.Model):
    """Base of models with a ``tenant_id``; their tables have a row-level security policy too."""

    objects: ClassVar[Any] = ScopedManager()

    class Meta:
        abstract = True
        # Related objects, save() and refresh_from_db() go through the base manager.
        base_manager_name = "objects"
