"""PostgreSQL itself keeps tenants apart, in every table that has rows of tenants.

Each table has a row of each of two tenants. What the managers do is left out on purpose: this is
the wall behind them, for the role that the services connect as.
"""

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from tenants import scope
from tenants.models import User
from tenants.services.create_tenant import create_tenant
from tests.isolation.owned_rows import Rows, insert, owned_models, references

pytestmark = pytest.mark.django_db

MODELS = owned_models()
IDS = [model._meta.db_table for model in MODELS]
REFERENCES = [
    (model, field) for model in MODELS for field in references(model) if field.db_constraint
]
"""What PostgreSQL does not check tells nothing either."""


@pytest.fixture
def two(db):
    """(rows, one tenant, the other)."""
    User.objects.create_user("somebody")
    mine, theirs = (create_tenant(name=name, by="test") for name in ("acme", "rival"))
    rows = Rows()
    rows.of(mine)
    rows.of(theirs)
    return rows, mine, theirs


def owners(table: str) -> set[object]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT tenant_id FROM "{table}"')
        return {owner for (owner,) in cursor.fetchall()}


def changed(sql: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def test_there_is_something_to_prove():
    assert len(MODELS) > 10
    assert REFERENCES


def test_rows_are_seen_by_their_tenant_alone(two):
    _, mine, theirs = two
    for table in IDS:
        assert owners(table) == set(), f"{table} is open without a scope"
        for tenant in (mine, theirs):
            with scope.tenant(tenant.id):
                assert owners(table) == {tenant.id}, table
        with scope.system("both are there"):
            assert {mine.id, theirs.id} <= owners(table), table


def test_rows_of_others_are_neither_changed_nor_deleted(two):
    _, mine, theirs = two
    for table in IDS:
        for sql in (
            f'UPDATE "{table}" SET tenant_id = tenant_id WHERE tenant_id = %s',
            f'DELETE FROM "{table}" WHERE tenant_id = %s',
        ):
            assert changed(sql, theirs.id) == 0, f"without a scope: {sql}"
            with scope.tenant(mine.id):
                assert changed(sql, theirs.id) == 0, sql


def test_no_row_is_made_in_anothers_name(two):
    rows, mine, theirs = two
    for model in MODELS:
        values = rows.values(model, theirs)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            insert(model, values)
        with (
            scope.tenant(mine.id),
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
        ):
            insert(model, values)


@pytest.mark.parametrize(
    ("model", "field"),
    REFERENCES,
    ids=[f"{model._meta.db_table}.{field.column}" for model, field in REFERENCES],
)
def test_no_row_refers_to_anothers(two, model: type[models.Model], field):
    """Referential integrity looks past row-level security: the key itself must carry the tenant,
    or what others have could be found out by referring to it."""
    rows, mine, theirs = two
    if field.unique:
        with scope.system("only the reference is to be in the way"):
            changed(f'DELETE FROM "{model._meta.db_table}"')
    with scope.tenant(mine.id):
        own = rows.values(model, mine)
        own[field.column] = rows.value(field.related_model, mine, field.target_field.column)
        insert_at_once(model, own)
        if field.unique:
            changed(f'DELETE FROM "{model._meta.db_table}"')
    values = rows.values(model, mine)
    values[field.column] = rows.value(field.related_model, theirs, field.target_field.column)
    with (
        scope.tenant(mine.id),
        pytest.raises(IntegrityError, match="foreign key"),
        transaction.atomic(),
    ):
        insert_at_once(model, values)


def insert_at_once(model: type[models.Model], values: dict[str, object]) -> None:
    """As ``insert``, its references checked now and not at the commit."""
    insert(model, values)
    changed("SET CONSTRAINTS ALL IMMEDIATE")
    changed("SET CONSTRAINTS ALL DEFERRED")
