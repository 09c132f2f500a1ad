"""The file of the ring, changed by a verb that has the lock on the sealing state."""

from django.conf import settings

from streaming.cell.connector_keys import write_ring
from tenants.errors import Conflict, Invalid, Unavailable
from tenants.key_ring import read_ring


def replace_ring(before: tuple[bytes, ...], after: tuple[bytes, ...]) -> None:
    """On the disk when this returns. Raises ``Invalid`` where there is no file, ``Conflict`` when
    the ring is not ``before`` any more, and ``Unavailable`` when the file cannot be written."""
    path = settings.HEADWATER.connector_keys_file
    if path is None:
        raise Invalid(
            "this deployment's secrets come from its environment, which cannot be changed while "
            "processes run; have HEADWATER_CONNECTOR_KEYS_FILE name a file, in a folder that the "
            "web, connect and broker processes and this command share, restart them and rotate then"
        )
    if read_ring() != before:
        raise Conflict("somebody else has just changed the sealing keys; look again")
    try:
        write_ring(path, after)
    except (OSError, ValueError) as error:
        raise Unavailable(f"{path} cannot be written: {error}; the keys are as before") from error
