"""The clusters that a caller may see: one per tenant, never the machine's."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.selectors.brokers import live_brokers
from streaming.rest import admin_schema as schema
from streaming.rest.resources import cluster_resource, collection
from streaming.rest.view import RestView


class ClustersView(RestView):
    """``/clusters``"""

    @extend_schema(
        tags=["kafka"], operation_id="listKafkaClusters", responses={200: schema.CLUSTERS}
    )
    def get(self, _request: Request) -> Response:
        controller = _controller()
        data = (
            cluster_resource(self.links, each.cluster_id, controller)
            for each in self.caller.tenants
        )
        return Response(collection("KafkaCluster", f"{self.links.base}/clusters", data))


class ClusterView(RestView):
    """``/clusters/{cluster_id}``"""

    @extend_schema(tags=["kafka"], operation_id="getKafkaCluster", responses={200: schema.CLUSTER})
    def get(self, _request: Request, cluster_id: str) -> Response:
        access = self.caller.access(cluster_id)
        return Response(cluster_resource(self.links, access.cluster_id, _controller()))


def _controller() -> int | None:
    """Every broker takes administrative requests: the first one that lives."""
    return next((broker.id for broker in live_brokers()), None)
