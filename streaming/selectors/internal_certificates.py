"""Which certificate each broker shows on its internal listener: asked of the broker itself."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings

from brokers.certificates.holder import EDGE, broker_name
from brokers.certificates.mutual_tls import MutualTls
from brokers.models import Broker
from brokers.selectors.brokers import list_brokers

ANSWER_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """``problem`` says why there is none, or none that is to be trusted."""

    broker_id: int
    address: str
    authority: str | None = None
    ends_at: datetime | None = None
    problem: str | None = None


def internal_certificates() -> list[ShownCertificate]:
    """Of every broker that is not fenced; empty where the internal listener has no TLS."""
    mutual_tls = settings.HEADWATER.mutual_tls(EDGE)
    if mutual_tls is None:
        return []
    return [_shown_by(broker, mutual_tls) for broker in list_brokers() if not broker.fenced]


def _shown_by(broker: Broker, mutual_tls: MutualTls) -> ShownCertificate:
    address = f"{broker.internal_host}:{broker.internal_port}"
    context, name = mutual_tls.client_context(), broker_name(broker.id)
    place = (broker.internal_host, broker.internal_port)
    try:
        with (
            socket.create_connection(place, ANSWER_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=name) as secured,
        ):
            found: dict[str, Any] = secured.getpeercert() or {}
    except OSError as error:
        return ShownCertificate(broker.id, address, problem=str(error))
    ends_s = ssl.cert_time_to_seconds(found["notAfter"])
    ends_at = datetime.fromtimestamp(ends_s, UTC)
    return ShownCertificate(broker.id, address, _authority(found), ends_at)


def _authority(certificate: dict[str, Any]) -> str:
    """The last word of the issuer's only name."""
    ((_, name),) = certificate["issuer"][0]
    return str(name).rpartition(" ")[2]
