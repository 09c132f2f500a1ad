"""The numbered change log, as brokers read it."""

from brokers.kernel.ids import ChangeNumber
from brokers.metadata.records import Change, Kind
from tenants import scope
from tenants.models import Change as ChangeRow


def changes_after(number: ChangeNumber, limit: int) -> list[Change]:
    """Changes above ``number`` in number order, ``limit`` at most; empty when there are none."""
    with scope.system("a broker reads what has changed"):
        rows = ChangeRow.objects.filter(number__gt=number).order_by("number")
        return [
            Change(ChangeNumber(row.number), Kind(row.kind), row.key, row.payload)
            for row in rows[:limit]
        ]
