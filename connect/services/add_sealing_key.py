from connect.services.sealing_key_file import replace_ring
from streaming.cell.connector_keys import new_key
from tenants import audit, scope
from tenants.key_ring import read_ring
from tenants.sealing import key_name
from tenants.services.sealing_ring import locked_sealing_key
from tenants.transactions import limit_waits


def add_sealing_key(*, by: str) -> str:
    """Put a new key into the ring, which from then on opens and does not seal yet; its name.

    The audit entry comes first: a crash after it leaves the ring as it was. Raises ``Conflict``
    when somebody else changes the ring, and ``Unavailable`` when its file cannot be written.
    """
    before = read_ring()
    key = new_key()
    with scope.system("a sealing key is made"):
        limit_waits()
        audit.record(by=by, action="sealing_key.add", object=key_name(key))
    with scope.system("a sealing key is made"):
        limit_waits()
        locked_sealing_key("FOR UPDATE")
        replace_ring(before, (key, *before))
    return key_name(key)
