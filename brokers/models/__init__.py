"""Rows behind the data plane: brokers, volumes, topics, partitions; ``services`` write them."""

from brokers.models.broker import Broker, RemovedBroker, Volume
from brokers.models.figures import (
    BrokerFigures,
    PrincipalFigures,
    ReplicaFigures,
    TenantFigures,
    TenantUse,
    TopicFigures,
)
from brokers.models.halt import ControlState, ForgottenBroker, ReplicaReportRow
from brokers.models.mutations import PartitionMutations
from brokers.models.partition import Partition
from brokers.models.producer_ids import ProducerIdCounter
from brokers.models.series import FiguresTick, GroupPoint, TenantPoint, TopicPoint
from brokers.models.topic import Topic

__all__ = [
    "Broker",
    "BrokerFigures",
    "ControlState",
    "FiguresTick",
    "ForgottenBroker",
    "GroupPoint",
    "Partition",
    "PartitionMutations",
    "PrincipalFigures",
    "ProducerIdCounter",
    "RemovedBroker",
    "ReplicaFigures",
    "ReplicaReportRow",
    "TenantFigures",
    "TenantPoint",
    "TenantUse",
    "Topic",
    "TopicFigures",
    "TopicPoint",
    "Volume",
]
