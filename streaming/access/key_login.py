"""Callers who present an API key, where it and the address that they come from may fail only so
often."""

from typing import Final

from streaming.access.caller import Caller
from streaming.access.errors import NotAuthenticated
from streaming.access.key_caller import caller_of_key, confirmed_lately, fresh_caller_of_key
from streaming.quotas.errors import RateLimited
from streaming.quotas.failed_logins import FailedLogins
from streaming.quotas.tenant_limits import process_limits

_failed: Final = FailedLogins()


def caller_of_key_at(address: str, key_id: str, secret: str) -> Caller:
    """``caller_of_key`` for a request from ``address``; the limits of the key's tenant are known
    then. Raises ``RateLimited`` besides."""
    known = fresh_caller_of_key(key_id, secret)
    if known is not None:
        return known
    if not confirmed_lately(key_id, secret):
        _check_failures(address, key_id)
    try:
        caller = caller_of_key(key_id, secret)
    except NotAuthenticated:
        _failed.failed(address, key_id)
        raise
    process_limits().refreshed(caller.tenants[0].tenant_id)
    return caller


def _check_failures(address: str, key_id: str) -> None:
    of_address = _failed.address_seconds(address)
    if of_address:
        raise RateLimited(
            f"Too many API keys from {address} did not log in. Try again in {of_address} s; keys "
            "that have logged in from anywhere within a quarter of an hour are not held up.",
            of_address,
        )
    of_key = _failed.key_seconds(address, key_id)
    if of_key:
        raise RateLimited(
            f"This API key failed to log in from {address} too often. Try again in {of_key} s, or "
            "from elsewhere; a secret that has logged in within a quarter of an hour is not held "
            "up.",
            of_key,
        )
