"""Callers who present an API key, where the address that they come from may fail only so often."""

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
    seconds = _failed.seconds_to_wait(address)
    if seconds and not confirmed_lately(key_id, secret):
        raise RateLimited(
            f"Too many API keys from {address} did not log in. Try again in {seconds} s; keys that "
            "have logged in from anywhere within a quarter of an hour are not held up.",
            seconds,
        )
    try:
        caller = caller_of_key(key_id, secret)
    except NotAuthenticated:
        _failed.failed(address)
        raise
    process_limits().refreshed(caller.tenants[0].tenant_id)
    return caller
