"""The newest change number: what a cache compares itself with."""

from tenants.models import ChangeCounter


def newest_change_number() -> int:
    """0 before the first change."""
    counter = ChangeCounter.objects.first()
    return 0 if counter is None else counter.number
