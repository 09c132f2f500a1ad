"""The file of the internal authorities, changed by a verb that has the lock on the file of keys."""

from django.conf import settings

from brokers.certificates.ring import Ring
from streaming.cell.internal_authorities import write_authorities
from tenants.errors import Conflict, Invalid, Unavailable


def replace_authorities(before: Ring, after: Ring) -> None:
    """On the disk when this returns. Raises ``Invalid`` where there is no file, ``Conflict`` when
    the ring is not ``before`` any more, and ``Unavailable`` when the file cannot be written."""
    path = settings.HEADWATER.connector_keys_file
    if path is None:
        raise Invalid(
            "this deployment's secrets come from its environment, which cannot be changed while "
            "processes run; have HEADWATER_CONNECTOR_KEYS_FILE name a file, in a folder that the "
            "web, storage and broker processes and this command share, restart them and rotate then"
        )
    if settings.HEADWATER.authorities() != before:
        raise Conflict("somebody else has just changed the internal authorities; look again")
    try:
        write_authorities(path, after)
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"{path} cannot be written: {error}; the authorities are as before"
        ) from error
