from connect.models import Connector
from connect.services.sealing_key_file import replace_ring
from tenants import audit, scope
from tenants.errors import Conflict, Unavailable
from tenants.key_ring import read_ring, sealing_key
from tenants.models import ScramUser
from tenants.sealed_verifiers import keys_of
from tenants.sealing import key_name, key_of
from tenants.services.sealing_ring import locked_sealing_key
from tenants.transactions import limit_waits


def retire_sealing_keys(*, by: str) -> tuple[str, ...]:
    """Take the keys that sealed before out of the ring; their names.

    Nobody seals meanwhile, so nothing can be sealed with one that is about to go. The audit entries
    come first: a crash after them leaves the ring as it was, and the next call does it again.
    Raises ``Conflict`` while anything is sealed with one, or a rotation is under way.
    """
    with scope.system("former sealing keys are retired"):
        limit_waits()
        ring, former = _former_keys()
        for key in former:
            audit.record(by=by, action="sealing_key.retire", object=key_name(key))
    if not former:
        return ()
    with scope.system("former sealing keys are retired"):
        limit_waits()
        if _former_keys() != (ring, former):
            raise Conflict("somebody else has just changed the sealing keys; look again")
        replace_ring(ring, tuple(key for key in ring if key not in former))
    return tuple(map(key_name, former))


def _former_keys() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The ring, and its keys that nothing is sealed with any more."""
    name = locked_sealing_key("FOR UPDATE")
    ring = read_ring()
    key = sealing_key(ring, name)
    if key is None:
        raise Unavailable(f"secrets are sealed with key {name!r}, which is not in the file of keys")
    if key != ring[0]:
        raise Conflict("a rotation is under way; `sealing --rotate --apply` brings it to its end")
    former = {key_name(each): each for each in ring[1:]}
    boxes = Connector.objects.exclude(secrets="").values_list("secrets", flat=True)
    used = {key_of(secrets) for secrets in boxes}
    used.update(*map(keys_of, ScramUser.objects.values_list("verifiers", flat=True)))
    used &= set(former)
    if used:
        raise Conflict(
            f"secrets are sealed with {', '.join(sorted(used))}; `sealing --rotate --apply` seals "
            "them anew, and names those that do not open"
        )
    return ring, tuple(former.values())
