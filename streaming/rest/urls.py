"""URLs under ``/kafka/v3``. Whatever is not here is answered as JSON too."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from streaming.problems import Problem
from streaming.rest.acls import AclsBatchView, AclsView
from streaming.rest.answers import respond
from streaming.rest.broker_configs import (
    AllBrokerConfigsView,
    AlterBrokerConfigsView,
    AlterClusterConfigsView,
    BrokerConfigsView,
    BrokerConfigView,
    ClusterConfigsView,
    ClusterConfigView,
)
from streaming.rest.brokers import BrokerReplicasView, BrokersView, BrokerView
from streaming.rest.clusters import ClustersView, ClusterView
from streaming.rest.delete_records import delete_records
from streaming.rest.groups.urls import urlpatterns as group_urlpatterns
from streaming.rest.offsets import partition_offsets
from streaming.rest.operations import async_endpoint
from streaming.rest.records_urls import records_urls
from streaming.rest.replicas import (
    AllReassignmentsView,
    ReassignmentView,
    ReplicasView,
    ReplicaView,
    TopicReassignmentsView,
)
from streaming.rest.topic_configs import (
    AlterManyTopicsConfigsView,
    AlterTopicConfigsView,
    DefaultTopicConfigsView,
    TopicConfigsView,
    TopicConfigView,
    list_all_topic_configs,
)
from streaming.rest.topics import PartitionsView, PartitionView, TopicsView, TopicView

_CLUSTER = "clusters/<str:cluster_id>"
_TOPICS = f"{_CLUSTER}/topics"
_TOPIC = f"{_TOPICS}/<str:topic_name>"
_PARTITION = f"{_TOPIC}/partitions/<int:partition_id>"
_BROKER = f"{_CLUSTER}/brokers/<int:broker_id>"


@csrf_exempt
def no_such_endpoint(request: HttpRequest, rest: str) -> HttpResponse:
    """``rest`` is what follows the prefix."""
    message = f"/kafka/v3/{rest} is not an endpoint of this release."
    return respond(Problem(404, 404, message), request)


urlpatterns = [
    path("clusters", ClustersView.as_view()),
    path(_CLUSTER, ClusterView.as_view()),
    path(f"{_CLUSTER}/acls", AclsView.as_view()),
    path(f"{_CLUSTER}/acls:batch", AclsBatchView.as_view()),
    path(f"{_CLUSTER}/broker-configs", ClusterConfigsView.as_view()),
    path(f"{_CLUSTER}/broker-configs:alter", AlterClusterConfigsView.as_view()),
    path(f"{_CLUSTER}/broker-configs/<str:name>", ClusterConfigView.as_view()),
    path(f"{_CLUSTER}/brokers", BrokersView.as_view()),
    path(f"{_CLUSTER}/brokers/-/configs", AllBrokerConfigsView.as_view()),
    path(_BROKER, BrokerView.as_view()),
    path(f"{_BROKER}/configs", BrokerConfigsView.as_view()),
    path(f"{_BROKER}/configs:alter", AlterBrokerConfigsView.as_view()),
    path(f"{_BROKER}/configs/<str:name>", BrokerConfigView.as_view()),
    path(f"{_BROKER}/partition-replicas", BrokerReplicasView.as_view()),
    path(_TOPICS, TopicsView.as_view()),
    # "-" stands for all topics; a topic of that name has to be called by Kafka's protocol.
    path(f"{_TOPICS}/-/configs", async_endpoint(get=list_all_topic_configs)),
    path(f"{_TOPICS}/-/configs:alter", AlterManyTopicsConfigsView.as_view()),
    path(f"{_TOPICS}/-/partitions/-/reassignment", AllReassignmentsView.as_view()),
    path(_TOPIC, TopicView.as_view()),
    path(f"{_TOPIC}/configs", TopicConfigsView.as_view()),
    path(f"{_TOPIC}/configs:alter", AlterTopicConfigsView.as_view()),
    path(f"{_TOPIC}/configs/<str:name>", TopicConfigView.as_view()),
    path(f"{_TOPIC}/default-configs", DefaultTopicConfigsView.as_view()),
    path(f"{_TOPIC}/partitions", PartitionsView.as_view()),
    path(f"{_TOPIC}/partitions/-/reassignment", TopicReassignmentsView.as_view()),
    path(_PARTITION, PartitionView.as_view()),
    path(f"{_PARTITION}/offset", async_endpoint(get=partition_offsets)),
    path(f"{_PARTITION}/reassignment", ReassignmentView.as_view()),
    path(f"{_PARTITION}/replicas", ReplicasView.as_view()),
    path(f"{_PARTITION}/replicas/<int:broker_id>", ReplicaView.as_view()),
    path(f"{_TOPIC}/records:delete", async_endpoint(post=delete_records)),
    *records_urls(_TOPIC),
    *group_urlpatterns,
    re_path(r"^(?P<rest>[\s\S]*)$", no_such_endpoint),
]
