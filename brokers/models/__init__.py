"""Rows behind the data plane: brokers, volumes, topics, partitions; ``services`` write them."""

from brokers.models.broker import Broker, RemovedBroker, Volume
from brokers.models.halt import ControlState, ForgottenBroker, ReplicaReportRow
from brokers.models.partition import Partition
from brokers.models.producer_ids import ProducerIdCounter
from brokers.models.topic import Topic

__all__ = [
    "Broker",
    "ControlState",
    "ForgottenBroker",
    "Partition",
    "ProducerIdCounter",
    "RemovedBroker",
    "ReplicaReportRow",
    "Topic",
    "Volume",
]
