"""Which key secrets are sealed with, within a verb's transaction.

It is a row, so that all processes agree; a process that does not have that key seals nothing,
rather than with a key that others may lack or that is about to be retired.
"""

from typing import Final, Literal

from django.conf import settings
from django.db import connection

from tenants.errors import Unavailable
from tenants.key_ring import read_ring, sealing_key
from tenants.models import SealingState

_SELECT: Final = "SELECT key FROM tenants_sealingstate WHERE id = 1"


def ring_to_seal_with() -> tuple[bytes, ...]:
    """The ring with the key first that secrets are sealed with: until the transaction ends, none is
    sealed with another. Raises ``Unavailable``."""
    name = locked_sealing_key("FOR SHARE")
    ring = read_ring()
    key = sealing_key(ring, name)
    if key is None:
        raise Unavailable(
            f"secrets are sealed with key {name!r}, which this process does not find in "
            f"{settings.HEADWATER.connector_keys_file or 'its environment'}; its file of keys must "
            "be the one of all other processes (HEADWATER_CONNECTOR_KEYS_FILE)"
        )
    return (key, *(each for each in ring if each != key))


def locked_sealing_key(how: Literal["FOR SHARE", "FOR UPDATE"]) -> str:
    """What the key is called that seals, which stays so until the transaction ends. ``FOR UPDATE``
    nobody else is sealing either."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT} {how}")
        row = cursor.fetchone()
        if row is None:
            SealingState.objects.bulk_create([SealingState(id=1)], ignore_conflicts=True)
            cursor.execute(f"{_SELECT} {how}")
            row = cursor.fetchone()
    return str(row[0])
