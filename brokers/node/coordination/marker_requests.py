"""WriteTxnMarkers: what is due at one broker as one request, and its answer as outcomes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import TopicId, TopicName
from brokers.metadata.image import MetadataImage
from brokers.transactions.effects import WriteMarkers
from brokers.wire.messages.write_txn_markers_request import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
)
from brokers.wire.messages.write_txn_markers_response import WriteTxnMarkersResponse

if TYPE_CHECKING:
    from brokers.node.coordination.marker_sender import DueMarker

Sent = dict[tuple[int, str, int], "DueMarker"]
"""By what an answer names: producer id, topic name, partition."""


def marker_request(
    asked: Iterable["DueMarker"], image: MetadataImage
) -> tuple[WriteTxnMarkersRequest, Sent, list["DueMarker"]]:
    """The request, what is in it, and what must wait for the next one: an answer could not tell it
    apart, where a topic was deleted and made again under its name within one transaction."""
    sent: Sent = {}
    left: list[DueMarker] = []
    topics: defaultdict[WriteMarkers, dict[tuple[TopicName, TopicId], WritableTxnMarkerTopic]]
    topics = defaultdict(dict)
    for due in asked:
        topic_id, name, index = due.partition
        record = image.partition(topic_id, index)
        key = (due.markers.producer.id, name, index)
        if record is None or key in sent:
            left.append(due)
            continue
        sent[key] = due
        topic = topics[due.markers].setdefault(
            (name, topic_id), WritableTxnMarkerTopic(name, [], topic_id, [])
        )
        topic.partition_indexes.append(index)
        topic.leader_epochs.append(record.leader_epoch)
    request = WriteTxnMarkersRequest(
        [_marker(markers, list(named.values())) for markers, named in topics.items()]
    )
    return request, sent, left


def _marker(markers: WriteMarkers, topics: list[WritableTxnMarkerTopic]) -> WritableTxnMarker:
    return WritableTxnMarker(
        producer_id=markers.producer.id,
        producer_epoch=markers.producer.epoch,
        transaction_result=markers.commit,
        topics=topics,
        coordinator_epoch=markers.coordinator_epoch,
        transaction_version=markers.transaction_version,
    )


def outcomes(
    sent: Sent, response: WriteTxnMarkersResponse
) -> Iterator[tuple["DueMarker", ErrorCode]]:
    """Everything that was sent; REQUEST_TIMED_OUT for what the answer does not mention."""
    left = dict(sent)
    for marker in response.markers:
        for topic in marker.topics:
            for row in topic.partitions:
                due = left.pop((marker.producer_id, topic.name, row.partition_index), None)
                if due is not None:
                    yield due, ErrorCode(row.error_code)
    for due in left.values():
        yield due, ErrorCode.REQUEST_TIMED_OUT
