"""A row for each tenant in every tenant-owned table, made out of the models alone.

So a new table is proven without anybody thinking of it; a column that a made-up value does not fit
fails here, by name.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from tenants import scope
from tenants.models import Tenant

FITTING: dict[str, dict[str, Any]] = {
    "brokers_partition": {"replicas": [1], "isr": [1], "leader": 1},
}
"""By table, columns for which PostgreSQL's own checks leave no made-up value."""

_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def owned_models() -> list[type[models.Model]]:
    """Models with a tenant's rows, in an order in which each comes after what it refers to."""
    found = [
        model
        for model in apps.get_models()
        if any(field.attname == "tenant_id" for field in model._meta.concrete_fields)
    ]
    return sorted(found, key=lambda model: (_depth(model, set(found)), model._meta.db_table))


def _depth(model: type[models.Model], among: set[type[models.Model]]) -> int:
    parents = {key.related_model for key in references(model)} & among
    return 1 + max((_depth(parent, among) for parent in parents - {model}), default=0)


def references(model: type[models.Model]) -> list[Any]:
    """Foreign keys to tables that are owned by tenants too, the tenant itself aside."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model is not Tenant
        and any(each.attname == "tenant_id" for each in field.related_model._meta.concrete_fields)
    ]


class Rows:
    """``of(tenant)`` inserts and remembers; ``value`` is what a column of a made row has."""

    def __init__(self) -> None:
        self._made: dict[tuple[type[models.Model], Any], dict[str, Any]] = {}
        self._number = 0

    def of(self, tenant: Tenant) -> None:
        """Insert a row of ``tenant`` into every table, in the system scope."""
        for model in owned_models():
            values = self.values(model, tenant)
            with scope.system("rows for the proof of row-level security"):
                if not model._base_manager.filter(pk=values.get(model._meta.pk.column)).exists():
                    insert(model, values)
            self._made[model, tenant.id] = values

    def values(self, model: type[models.Model], tenant: Tenant) -> dict[str, Any]:
        """Made-up values by column; references go to the tenant's own rows."""
        self._number += 1
        made_up = {
            field.column: self._value(field, tenant)
            for field in model._meta.concrete_fields
            if not (isinstance(field, models.AutoField) or field.generated)
        }
        return made_up | FITTING.get(model._meta.db_table, {})

    def value(self, model: type[models.Model], tenant: Tenant, column: str) -> Any:
        return self._made[model, tenant.id][column]

    def _value(self, field: Any, tenant: Tenant) -> Any:
        if field.attname == "tenant_id":
            return tenant.id
        if isinstance(field, models.ForeignKey):
            made = self._made.get((field.related_model, tenant.id))
            if made is not None:
                return made[field.target_field.column]
            if field.null:
                return None
            return _existing(field.related_model)
        return _made_up(field, self._number)


def _existing(model: type[models.Model]) -> Any:
    """The key of a row that no tenant owns: a person."""
    row = model._default_manager.first()
    assert row is not None, f"there must be a {model.__name__} to refer to"
    return row.pk


def _made_up(field: Any, number: int) -> Any:
    if field.choices:
        return field.choices[0][0]
    match field:
        case models.UUIDField():
            return uuid.uuid4()
        case models.DateTimeField():
            return _TIME
        case models.DateField():
            return _TIME.date()
        case models.JSONField():
            return "{}"
        case models.BooleanField():
            return False
        case models.BinaryField():
            return b"x"
        case models.FloatField() | models.IntegerField():
            return number
        case models.CharField() | models.TextField():
            return f"r{number}"[: field.max_length or 9]
    if field.get_internal_type() == "ArrayField":
        return []
    raise AssertionError(f"{field} is of a kind that has no made-up value here")


def insert(model: type[models.Model], values: dict[str, Any]) -> None:
    """By SQL: managers and services are not what is proven."""
    columns = ", ".join(f'"{column}"' for column in values)
    places = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})',
            list(values.values()),
        )
