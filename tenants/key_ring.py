"""The keys that this process can open sealed secrets with, as their file has them now."""

from django.conf import settings

from tenants.errors import Unavailable
from tenants.sealing import RingUnreadable, SealBroken, key_name


def opening_ring() -> tuple[bytes, ...]:
    """Newest first. Raises ``SealBroken`` when the file cannot be read."""
    try:
        return _ring()
    except RingUnreadable as error:
        raise SealBroken(str(error)) from error


def opening_keys() -> tuple[str, ...]:
    """The names of the keys; none while the file cannot be read."""
    try:
        return tuple(map(key_name, opening_ring()))
    except SealBroken:
        return ()


def read_ring() -> tuple[bytes, ...]:
    """As ``opening_ring``, for who would change something. Raises ``Unavailable``."""
    try:
        return _ring()
    except RingUnreadable as error:
        raise Unavailable(str(error)) from error


def sealing_key(ring: tuple[bytes, ...], name: str) -> bytes | None:
    """The key of that name; without a name the one that the deployment began with, the last."""
    if not name:
        return ring[-1]
    return next((key for key in ring if key_name(key) == name), None)


def _ring() -> tuple[bytes, ...]:
    ring: tuple[bytes, ...] = settings.HEADWATER.connector_keys()
    return ring
