"""URLs under ``/kafka/v2``. Whatever is not here is answered as JSON too."""

from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, re_path, resolve
from django.views.decorators.csrf import csrf_exempt

from streaming.problems import Problem
from streaming.rest.answers import respond
from streaming.rest.operations import async_endpoint
from streaming.rest.v2 import consumers, produce, topics

_TOPIC: Final = "topics/<str:topic>"
_PARTITION: Final = f"{_TOPIC}/partitions/<int:partition>"
_INSTANCE: Final = "consumers/<str:group>/instances/<str:instance>"


@csrf_exempt
async def otherwise(request: HttpRequest, rest: str) -> HttpResponseBase:
    """``rest`` is what follows the prefix. A slash too many is overlooked: Confluent's own examples
    have it."""
    if rest.endswith("/") and not rest.endswith("//"):
        found = resolve(request.path_info.removesuffix("/"))
        response: HttpResponseBase = await found.func(request, *found.args, **found.kwargs)
        return response
    message = f"/kafka/v2/{rest} is not an endpoint of this release."
    return respond(Problem(404, 404, message), request)


urlpatterns = [
    path("", async_endpoint(get=topics.liveness, post=topics.posted_liveness)),
    path("brokers", async_endpoint(get=topics.list_brokers)),
    path("topics", async_endpoint(get=topics.list_topics)),
    path(_TOPIC, async_endpoint(get=topics.get_topic, post=produce.produce_to_topic)),
    path(f"{_TOPIC}/partitions", async_endpoint(get=topics.list_partitions)),
    path(_PARTITION, async_endpoint(get=topics.get_partition, post=produce.produce_to_partition)),
    path(f"{_PARTITION}/offsets", async_endpoint(get=topics.get_offsets)),
    path("consumers/<str:group>", async_endpoint(post=consumers.create_instance)),
    path(_INSTANCE, async_endpoint(delete=consumers.delete_instance)),
    path(
        f"{_INSTANCE}/subscription",
        async_endpoint(
            get=consumers.subscription,
            post=consumers.subscribe,
            delete=consumers.unsubscribe,
        ),
    ),
    path(
        f"{_INSTANCE}/assignments",
        async_endpoint(get=consumers.assignments, post=consumers.assign),
    ),
    path(f"{_INSTANCE}/positions", async_endpoint(post=consumers.seek)),
    path(f"{_INSTANCE}/positions/beginning", async_endpoint(post=consumers.seek_to_beginning)),
    path(f"{_INSTANCE}/positions/end", async_endpoint(post=consumers.seek_to_end)),
    path(f"{_INSTANCE}/records", async_endpoint(get=consumers.read_records)),
    path(
        f"{_INSTANCE}/offsets",
        async_endpoint(get=consumers.committed_offsets, post=consumers.commit),
    ),
    re_path(r"^(?P<rest>[\s\S]*)$", otherwise),
]
