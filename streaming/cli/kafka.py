"""librdkafka's settings for a command that acts for one tenant, and its errors as failures.

The commands come in where the edge does: the brokers' internal listener, with a signed token of at
most a minute (``streaming.records.token``).
"""

import logging
import time
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from brokers.certificates.authority import LEAF_SECONDS
from brokers.certificates.holder import EDGE
from brokers.certificates.mutual_tls import MutualTls
from brokers.kernel.errors import ErrorCode
from streaming.cell.instance import Instance
from streaming.records.identity import Identity
from streaming.records.token import LIFETIME_SECONDS, TokenSigner
from tenants.cli.failures import CommandFailure, explain

ANSWER_SECONDS: Final = 10
"""For a first answer of the brokers; past it the command says that they cannot be reached."""

LASTS_SECONDS: Final = LEAF_SECONDS // 2
"""So long new connections of a client are taken at least; who goes on for longer makes another."""

log = logging.getLogger(__name__)
# librdkafka repeats itself while a broker is away; what matters comes out as the command's failure.
log.setLevel(logging.CRITICAL)


def client_settings(instance: Instance, identity: Identity) -> dict[str, Any]:
    """What every librdkafka client of a command is made with. Raises ``AuthoritiesUnreadable``."""
    signer = TokenSigner(instance.secrets.edge_token_key)

    def fresh_token(_: object) -> tuple[str, float]:
        return signer.sign(identity), time.time() + LIFETIME_SECONDS

    return {
        "bootstrap.servers": instance.internal_bootstrap_servers,
        "client.id": "headwater-command",
        "sasl.mechanism": "OAUTHBEARER",
        "oauth_cb": fresh_token,
        "logger": log,
        **security_of(instance.mutual_tls(EDGE)),
    }


def security_of(mutual_tls: MutualTls | None) -> dict[str, str]:
    """librdkafka takes certificates once, for a client's whole life: see ``LASTS_SECONDS``."""
    if mutual_tls is None:
        return {"security.protocol": "SASL_PLAINTEXT"}
    shown = mutual_tls.credentials()
    return {
        "security.protocol": "SASL_SSL",
        "ssl.ca.pem": shown.authorities.decode(),
        "ssl.certificate.pem": shown.leaf.certificate.decode(),
        "ssl.key.pem": shown.leaf.key.decode(),
        # Names say who a broker is and not where; only brokers have certificates of a server.
        "ssl.endpoint.identification.algorithm": "none",
    }


def partitions_of(client: Producer | Consumer, topic: str) -> list[int]:
    """The topic's partitions in order. Raises ``CommandFailure`` when there is no such topic."""
    described = client.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic]
    if described.error is not None:
        raise failure_of(described.error, f"topic {topic}")
    return sorted(described.partitions)


def failure_of(error: KafkaError, subject: str) -> CommandFailure:
    """A failure with Kafka's own name for the error, and what to do where that is known."""
    code = error_name(error)
    remedies = {
        "UNKNOWN_TOPIC_OR_PARTITION": "`topics --list` names what this tenant has",
        "TRANSPORT": UNREACHABLE,
        "ALL_BROKERS_DOWN": UNREACHABLE,
        "TIMED_OUT": UNREACHABLE,
        "MSG_TIMED_OUT": UNREACHABLE,
        "MSG_SIZE_TOO_LARGE": "see the topic's max.message.bytes",
        "MESSAGE_TOO_LARGE": "see the topic's max.message.bytes",
    }
    reason = f"{subject}: {error.str().strip()} ({code})"
    return CommandFailure(code, f"{reason}; {remedies[code]}." if code in remedies else reason)


WIRE_ERRORS: Final = {code.value: code.name for code in ErrorCode if code > 0}
UNREACHABLE: Final = "`./headwater status` tells whether the brokers run"


def error_name(error: KafkaError) -> str:
    """Kafka's name for a code from the wire; librdkafka's, without its underscore, for its own."""
    return WIRE_ERRORS.get(error.code()) or error.name().lstrip("_")


@explain.register
def _(error: KafkaException) -> CommandFailure:
    return failure_of(error.args[0], "Kafka")
