"""The numbered change log, as brokers read it."""

from collections.abc import Sequence
from dataclasses import replace

from brokers.kernel.ids import ChangeNumber
from brokers.metadata.records import Change, Kind
from tenants import scope
from tenants.models import Change as ChangeRow
from tenants.models import ScramUser
from tenants.published import scram_user_credential


def changes_after(number: ChangeNumber, limit: int) -> list[Change]:
    """Changes above ``number`` in number order, ``limit`` at most; empty when there are none.

    The log has no verifiers of SCRAM users. Each is told with those that it has now, which may be
    newer than the change, and as gone when it is by now: a later change says so as well.
    """
    with scope.system("a broker reads what has changed"):
        rows = ChangeRow.objects.filter(number__gt=number).order_by("number")
        found = [
            Change(ChangeNumber(row.number), Kind(row.kind), row.key, row.payload)
            for row in rows[:limit]
        ]
        return _with_verifiers(found)


def _with_verifiers(found: Sequence[Change]) -> list[Change]:
    told = [each.payload for each in found if each.payload is not None and _is_scram_user(each)]
    if not told:
        return list(found)
    users = ScramUser.objects.filter(
        tenant_id__in={each["tenant_id"] for each in told},
        service_account__name__in={each["scram_user"] for each in told},
    )
    as_they_are = {
        each.key: each.payload
        for each in map(scram_user_credential, users.select_related("service_account", "tenant"))
    }
    return [
        replace(each, payload=as_they_are.get(each.key)) if _is_scram_user(each) else each
        for each in found
    ]


def _is_scram_user(change: Change) -> bool:
    if change.kind is not Kind.CREDENTIAL or change.payload is None:
        return False
    return change.payload.get("scram_user") is not None
