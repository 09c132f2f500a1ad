import os
import time

from django.conf import settings

from brokers.certificates.authority import SEED_BYTES, Authority
from brokers.certificates.ring import ISSUES_AFTER_SECONDS
from streaming.services.internal_authority_file import replace_authorities
from tenants import audit, scope
from tenants.services.sealing_ring import locked_sealing_key
from tenants.transactions import limit_waits


def add_internal_authority(*, by: str, issues_after_s: int = ISSUES_AFTER_SECONDS) -> Authority:
    """Have a new authority trusted from now on, and issue once ``issues_after_s`` have passed.

    The audit entry comes first: a crash after it leaves the ring as it was. Raises ``Conflict``
    when somebody else changes the ring, ``Invalid`` where it has no file, and ``Unavailable`` when
    that cannot be written.
    """
    before = settings.HEADWATER.authorities()
    made = Authority(os.urandom(SEED_BYTES), int(time.time()) + issues_after_s)
    with scope.system("an internal authority is made"):
        limit_waits()
        audit.record(by=by, action="internal_authority.add", object=made.name)
    with scope.system("an internal authority is made"):
        limit_waits()
        locked_sealing_key("FOR UPDATE")  # The sealing keys are in the same file.
        replace_authorities(before, (made, *before))
    return made
