"""Clients for a request that asks the brokers in its caller's name, and confluent-kafka's errors in
ours."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from asgiref.sync import async_to_sync
from confluent_kafka import KafkaException
from django.conf import settings

from connect.kept_offsets import OffsetsKeeper
from connect.spi.errors import ConnectError
from streaming.records.clients import current_clients
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.identity import Identity
from streaming.records.reader import Reader
from streaming.records.token import LIFETIME_SECONDS, TokenSigner

_quiet = logging.getLogger(__name__)
# librdkafka repeats itself while a broker is away; what matters is answered.
_quiet.setLevel(logging.CRITICAL)

T = TypeVar("T")

CLIENT_ID: Final = "headwater-connect"


def offsets_keeper(identity: Identity) -> OffsetsKeeper:
    """For views, which run in a thread of their own: readers are those of the event loop's pool."""

    def ask(question: Callable[[Reader], Awaitable[T]]) -> T:
        async def leased() -> T:
            async with current_clients().reader(identity) as reader:
                return await question(reader)

        return async_to_sync(leased)()

    return OffsetsKeeper(ask, _edge_settings(identity))


def _edge_settings(identity: Identity) -> dict[str, Any]:
    """As the edge logs in everywhere: on the internal listener, by a token of a minute."""
    signer = TokenSigner(settings.HEADWATER.secrets.edge_token_key)

    def fresh_token(_: object) -> tuple[str, float]:
        return signer.sign(identity), time.time() + LIFETIME_SECONDS

    return {
        "bootstrap.servers": settings.HEADWATER.internal_bootstrap_servers,
        "client.id": CLIENT_ID,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "OAUTHBEARER",
        "oauth_cb": fresh_token,
        "logger": _quiet,
    }


@contextmanager
def brokers_asked(subject: str) -> Iterator[None]:
    """What the brokers would not. Raises ``Refusal`` and ``BrokersUnavailable``."""
    try:
        yield
    except ConnectError as error:
        cause = error.__cause__
        if isinstance(cause, KafkaException) and cause.args[0].code() > 0:
            raise refusal_of(cause.args[0].code(), subject) from error
        raise BrokersUnavailable(f"{subject}: {error}") from error
