import time

from django.conf import settings

from brokers.certificates.ring import Ring, issuing
from streaming.selectors.internal_certificates import internal_certificates
from streaming.services.internal_authority_file import replace_authorities
from tenants import audit, scope
from tenants.errors import Conflict
from tenants.services.sealing_ring import locked_sealing_key
from tenants.transactions import limit_waits


def retire_internal_authorities(*, by: str) -> tuple[str, ...]:
    """Trust those no more that issued before the one that issues now; their names.

    The audit entries come first: a crash after them leaves the ring as it was, and the next call
    does it again. Raises ``Conflict`` while a broker that lives shows a certificate of one, or
    cannot be asked.
    """
    before = settings.HEADWATER.authorities()
    former = former_authorities(before, time.time())
    if not former:
        return ()
    _require_that_none_is_shown(issuing(before, time.time()).name)
    with scope.system("former internal authorities are retired"):
        limit_waits()
        for each in former:
            audit.record(by=by, action="internal_authority.retire", object=each.name)
    with scope.system("former internal authorities are retired"):
        limit_waits()
        locked_sealing_key("FOR UPDATE")  # The sealing keys are in the same file.
        replace_authorities(before, before[: -len(former)])
    return tuple(each.name for each in former)


def former_authorities(ring: Ring, now_s: float) -> Ring:
    """Those that have issued and do not any more."""
    return ring[ring.index(issuing(ring, now_s)) + 1 :]


def _require_that_none_is_shown(issues: str) -> None:
    for each in internal_certificates():
        if each.problem is not None:
            raise Conflict(
                f"broker {each.broker_id} cannot be asked for its certificate ({each.problem}); "
                "it may show one of a former authority, and nobody would trust it any more"
            )
        if each.authority != issues:
            raise Conflict(
                f"broker {each.broker_id} still shows a certificate of {each.authority}; does it "
                "have the same file of keys (HEADWATER_CONNECTOR_KEYS_FILE)?"
            )
