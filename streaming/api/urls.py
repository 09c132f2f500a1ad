"""URLs under ``/api``. Whatever is not here is answered as JSON too."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from streaming.api.cell_brokers import CellBrokersView
from streaming.api.docs import api_docs
from streaming.api.openapi import OpenApiView
from streaming.api.overview import OverviewView
from streaming.api.session import SessionView
from streaming.api.topics import PartitionMapView, TopicListView
from streaming.problems import Problem
from streaming.rest.answers import respond


@csrf_exempt
def no_such_endpoint(request: HttpRequest, rest: str) -> HttpResponse:
    """``rest`` is what follows the prefix."""
    message = f"/api/{rest} is not an endpoint of this release; see /api/openapi.json."
    return respond(Problem(404, 404, message), request)


urlpatterns = [
    path("openapi.json", OpenApiView.as_view()),
    path("docs", api_docs),
    path("v1/session", SessionView.as_view()),
    path("v1/tenants/<str:tenant>/overview", OverviewView.as_view()),
    path("v1/tenants/<str:tenant>/topics", TopicListView.as_view()),
    path("v1/tenants/<str:tenant>/topics/<str:topic>/partitions", PartitionMapView.as_view()),
    path("v1/cell/brokers", CellBrokersView.as_view()),
    re_path(r"^(?P<rest>.*)$", no_such_endpoint),
]
