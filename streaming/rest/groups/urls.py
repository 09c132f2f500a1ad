"""URLs under ``…/consumer-groups``. A group's name and a member's id may hold slashes, so the
longer routes come first; they are taken for what they look like.
"""

from typing import Final

from django.urls import path, register_converter
from django.urls.converters import PathConverter

from streaming.rest.groups import changes, views
from streaming.rest.operations import async_endpoint


class NameConverter(PathConverter):
    """A name of which nothing is known but that it is not empty."""

    regex = r"[\s\S]+"


register_converter(NameConverter, "name")

_GROUPS: Final = "clusters/<str:cluster_id>/consumer-groups"
_GROUP: Final = f"{_GROUPS}/<name:consumer_group_id>"
_CONSUMER: Final = f"{_GROUP}/consumers/<name:consumer_id>"
_PARTITION: Final = "<str:topic_name>/partitions/<int:partition_id>"

urlpatterns = [
    path(_GROUPS, async_endpoint(get=views.list_consumer_groups)),
    path(f"{_GROUPS}:totals", async_endpoint(get=views.list_group_totals)),
    path(f"{_GROUP}/consumers", async_endpoint(get=views.list_consumers)),
    path(
        f"{_CONSUMER}/assignments/{_PARTITION}",
        async_endpoint(get=views.get_consumer_assignment),
    ),
    path(f"{_CONSUMER}/assignments", async_endpoint(get=views.list_consumer_assignments)),
    path(_CONSUMER, async_endpoint(get=views.get_consumer)),
    path(f"{_GROUP}/lag-summary", async_endpoint(get=views.get_lag_summary)),
    path(f"{_GROUP}/lags", async_endpoint(get=views.list_consumer_lags)),
    path(f"{_GROUP}/lags/{_PARTITION}", async_endpoint(get=views.get_consumer_lag)),
    path(f"{_GROUP}/offsets:reset", async_endpoint(post=changes.reset_consumer_group_offsets)),
    path(f"{_GROUP}/offsets", async_endpoint(delete=changes.delete_consumer_group_offsets)),
    path(
        _GROUP, async_endpoint(get=views.get_consumer_group, delete=changes.delete_consumer_group)
    ),
]
