"""What async views say of themselves in the OpenAPI document, and one URL's views by method.

DRF's views are described by ``extend_schema``; an async view carries its description with it
instead, so there is no list of them anywhere: ``streaming/api/openapi.py`` finds them in the URLs.

::

    @described("consume_records", "Read records.", responses={200: json_response(RECORDS, "…")})
    @answering_errors
    async def consume_records(request, cluster_id, topic): ...

    path("clusters/<str:cluster_id>/topics/<str:topic>/records",
         async_endpoint(get=consume_records, post=produce_records))
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from streaming.problems import Problem
from streaming.rest.answers import AsyncView, respond

Json = dict[str, Any]

DESCRIPTION: Final = "openapi_operation"
OPERATIONS: Final = "openapi_operations"
"""Attributes of a view: its operation, and those of an endpoint by method in lower case."""


def json_response(schema: Json, description: str) -> Json:
    """An answer of ``application/json``."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def json_body(schema: Json) -> Json:
    """A body of ``application/json`` that must be there."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def in_query(name: str, schema: Json, description: str, *, required: bool = False) -> Json:
    """A query parameter; those in the path come from the URL."""
    parameter = {"in": "query", "name": name, "schema": schema, "description": description}
    return {**parameter, "required": True} if required else parameter


def described(
    operation_id: str,
    description: str,
    *,
    responses: Mapping[int, Json],
    tag: str = "kafka",
    parameters: Sequence[Json] = (),
    body: Json | None = None,
) -> Callable[[AsyncView], AsyncView]:
    """Describe an async view. Errors, credentials and the path's parameters are added for all."""
    operation = {
        "operationId": operation_id,
        "description": description,
        "tags": [tag],
        "parameters": list(parameters),
        "responses": {str(status): response for status, response in responses.items()},
    }
    if body is not None:
        operation["requestBody"] = body

    def describe(view: AsyncView) -> AsyncView:
        setattr(view, DESCRIPTION, operation)
        return view

    return describe


def async_endpoint(**views: AsyncView) -> AsyncView:
    """One URL's described views by method in lower case: ``get=…, post=…``.

    What else is asked is answered 405. Views check CSRF by ``acaller_of_request``.
    """
    operations = {method: getattr(view, DESCRIPTION) for method, view in views.items()}
    allowed = ", ".join(sorted(method.upper() for method in views))

    async def endpoint(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        view = views.get((request.method or "").lower())
        if view is None:
            message = f"{request.method} is not possible here; {allowed} is."
            return respond(Problem(405, 405, message, {"Allow": allowed}), request)
        return await view(request, *args, **kwargs)

    setattr(endpoint, OPERATIONS, operations)
    return csrf_exempt(endpoint)
