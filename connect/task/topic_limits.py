"""How much a topic takes at a time. Blocking."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

ANSWER_S: Final = 10.0
LIMIT: Final = "max.message.bytes"

LOG: Final = logging.getLogger("connect.task")


def batch_bytes_max(settings: Mapping[str, Any], topic: str) -> int | None:
    """Of one batch, compressed; None where nobody says: refusals tell of it then."""
    asked = ConfigResource(ConfigResource.Type.TOPIC, topic)
    # Held until it has answered: with the client go its questions.
    admin = AdminClient(dict(settings))
    found = admin.describe_configs([asked], request_timeout=ANSWER_S)
    try:
        return int(found[asked].result(2 * ANSWER_S)[LIMIT].value)
    except (KafkaException, KeyError, ValueError) as error:
        LOG.info("%s of topic %s is not known: %s", LIMIT, topic, error)
        return None
