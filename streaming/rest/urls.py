"""URLs under ``/kafka/v3``. Whatever is not here is answered as JSON too."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from streaming.problems import Problem
from streaming.rest.answers import respond
from streaming.rest.clusters import ClustersView, ClusterView
from streaming.rest.groups.urls import urlpatterns as group_urlpatterns
from streaming.rest.records_urls import records_urls
from streaming.rest.topics import PartitionsView, PartitionView, TopicsView, TopicView

_CLUSTER = "clusters/<str:cluster_id>"
_TOPIC = f"{_CLUSTER}/topics/<str:topic>"


@csrf_exempt
def no_such_endpoint(request: HttpRequest, rest: str) -> HttpResponse:
    """``rest`` is what follows the prefix."""
    message = f"/kafka/v3/{rest} is not an endpoint of this release."
    return respond(Problem(404, 404, message), request)


urlpatterns = [
    path("clusters", ClustersView.as_view()),
    path(_CLUSTER, ClusterView.as_view()),
    path(f"{_CLUSTER}/topics", TopicsView.as_view()),
    path(_TOPIC, TopicView.as_view()),
    path(f"{_TOPIC}/partitions", PartitionsView.as_view()),
    path(f"{_TOPIC}/partitions/<int:partition>", PartitionView.as_view()),
    *records_urls(_TOPIC),
    *group_urlpatterns,
    re_path(r"^(?P<rest>.*)$", no_such_endpoint),
]
