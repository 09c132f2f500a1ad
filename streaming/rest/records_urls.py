"""URLs of the records endpoints, under one topic."""

from django.urls import URLPattern, path

from streaming.rest.operations import async_endpoint
from streaming.rest.records_views import (
    consume_partition_records,
    consume_topic_records,
    get_record,
    produce_records,
    produce_records_batch,
)


def records_urls(topic: str) -> list[URLPattern]:
    """``topic`` is the route of one topic."""
    of_partition = f"{topic}/partitions/<int:partition_id>/records"
    return [
        path(
            f"{topic}/records",
            async_endpoint(get=consume_topic_records, post=produce_records),
        ),
        path(f"{topic}/records:batch", async_endpoint(post=produce_records_batch)),
        path(of_partition, async_endpoint(get=consume_partition_records)),
        path(f"{of_partition}/<int:offset>", async_endpoint(get=get_record)),
    ]
