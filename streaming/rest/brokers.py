"""The brokers that hold a tenant's partitions, and which of them hold what."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.models import Broker
from brokers.selectors.brokers import list_brokers
from streaming.records.identity import READ
from streaming.rest import admin_schema as schema
from streaming.rest import topic_control
from streaming.rest.resources import (
    BrokerFacts,
    broker_resource,
    collection,
    replica_resource,
)
from streaming.rest.view import RestView
from tenants.errors import NotFound


class BrokersView(RestView):
    """``/clusters/{cluster_id}/brokers``"""

    @extend_schema(tags=["kafka"], operation_id="listKafkaBrokers", responses={200: schema.BROKERS})
    def get(self, _request: Request, cluster_id: str) -> Response:
        self.access(cluster_id, READ)
        links = self.links
        data = (broker_resource(links, cluster_id, _facts(each)) for each in list_brokers())
        return Response(collection("KafkaBroker", links.brokers(cluster_id), data))


class BrokerView(RestView):
    """``/clusters/{cluster_id}/brokers/{broker_id}``"""

    @extend_schema(tags=["kafka"], operation_id="getKafkaBroker", responses={200: schema.BROKER})
    def get(self, _request: Request, cluster_id: str, broker_id: int) -> Response:
        self.access(cluster_id, READ)
        return Response(broker_resource(self.links, cluster_id, _broker(broker_id)))


class BrokerReplicasView(RestView):
    """``/clusters/{cluster_id}/brokers/{broker_id}/partition-replicas``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="searchKafkaPartitionReplicasByBroker",
        responses={200: schema.REPLICAS},
    )
    def get(self, _request: Request, cluster_id: str, broker_id: int) -> Response:
        access = self.access(cluster_id, READ)
        broker = _broker(broker_id)
        links = self.links
        data = (
            replica_resource(links, cluster_id, topic, replica)
            for topic, replica in topic_control.replicas_on(access, broker.id)
        )
        url = f"{links.broker(cluster_id, broker.id)}/partition-replicas"
        return Response(collection("KafkaReplica", url, data))


def _broker(broker_id: int) -> BrokerFacts:
    for each in list_brokers():
        if each.id == broker_id:
            return _facts(each)
    raise NotFound(f"There is no broker {broker_id}; GET …/brokers lists those there are.")


def _facts(row: Broker) -> BrokerFacts:
    return BrokerFacts(row.id, row.host, row.port, row.rack, row.fenced)
