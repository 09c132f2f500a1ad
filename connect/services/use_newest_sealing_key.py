from connect.selectors.sealing import processes_without
from tenants import audit, scope
from tenants.errors import Conflict
from tenants.key_ring import read_ring, sealing_key
from tenants.models import SealingState
from tenants.sealing import key_name
from tenants.services.sealing_ring import locked_sealing_key
from tenants.transactions import limit_waits


def use_newest_sealing_key(*, by: str) -> bool:
    """Have secrets sealed with the newest key of the ring; False when they are already.

    Nobody is sealing while it changes, and who seals afterwards reads which key it is. Raises
    ``Conflict`` while a broker or a worker lives that does not have the key: it could not open
    them.
    """
    with scope.system("another key seals"):
        limit_waits()
        former = locked_sealing_key("FOR UPDATE")
        ring = read_ring()
        newest = key_name(ring[0])
        if sealing_key(ring, former) == ring[0]:
            return False
        lacking = processes_without(newest)
        if lacking:
            raise Conflict(
                f"{', '.join(lacking)} cannot open with key {newest} yet: either started before "
                "this release, or reading another file of keys; restart each with "
                "HEADWATER_CONNECTOR_KEYS_FILE as it is here, then rotate again"
            )
        SealingState.objects.filter(id=1).update(key=newest)
        audit.record(
            by=by,
            action="sealing_key.use",
            object=newest,
            detail={"former": former or key_name(ring[-1])},
        )
        return True
