"""Which endpoint serves which path and method, for both doors of the records endpoints."""

import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qsl

from streaming.rest.consume import consume_partition, consume_record
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.consume_topic import consume_topic
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.produce import produce
from streaming.rest.produce_batch import produce_batch

Endpoint = Callable[..., Awaitable[Reply]]
Serve = Callable[[Exchange], Awaitable[Reply]]

PATH: Final = re.compile(
    r"/kafka/v3/clusters/(?P<cluster>[^/]+)/topics/(?P<topic>[^/]+)/"
    r"(?:(?P<what>records(?::batch)?)|"
    r"partitions/(?P<partition>[0-9]+)/records(?:/(?P<offset>[0-9]+))?)"
)

BY_METHOD: Final[dict[tuple[str, str], Endpoint]] = {
    ("POST", "records"): produce,
    ("POST", "records:batch"): produce_batch,
    ("GET", "records"): consume_topic,
}

PARAMETERS_MAX: Final = 50


def endpoint_for(
    method: str, found: "re.Match[str]"
) -> Callable[[Exchange], Awaitable[Reply]] | None:
    """The endpoint of a path that ``PATH`` matched; None when it does not take the method."""
    topic, what, partition, offset = found.group("topic", "what", "partition", "offset")
    if what is not None:
        endpoint = BY_METHOD.get((method, what))
        return endpoint and (lambda exchange: endpoint(exchange, topic))
    if method != "GET":
        return None
    if offset is None:
        return lambda exchange: consume_partition(exchange, topic, int(partition))
    return lambda exchange: consume_record(exchange, topic, int(partition), int(offset))


def parse_query(query: bytes) -> dict[str, str]:
    """The last value of each parameter. Raises ``InvalidQuery``."""
    if not query:
        return {}
    try:
        return dict(
            parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
        )
    except ValueError as error:
        raise InvalidQuery("the query cannot be read; percent-encode its values") from error
