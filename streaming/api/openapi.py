"""``/api/openapi.json``: everything that the service answers over HTTP, as OpenAPI 3.0.

Read out of the URLs: DRF's views with ``extend_schema``, async ones with ``described``. So a view
that no URL leads to is not in the document, and the path's parameters are the URL's own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView

from streaming.rest.operations import OPERATIONS, Json, json_response
from streaming.rest.schema import ERROR
from streaming.rest.v2.media import PLAIN

SECURITY: Final[list[dict[str, list[str]]]] = [{"apiKey": []}, {"session": []}]
_ERROR_SCHEMA: Final = {"$ref": "#/components/schemas/Error"}
_STATUSES: Final = ("400", "401", "403", "404", "429", "5XX")
"""Errors that Confluent's contract names at its operations; ``default`` covers the others."""
_ERROR_RESPONSE: Final = {"$ref": "#/components/responses/Error"}
_ERROR_RESPONSE_V2: Final = {"$ref": "#/components/responses/ErrorV2"}


@dataclass(frozen=True, slots=True)
class AsyncOperation:
    """One method (lower case) of an async endpoint, as the document tells it."""

    path: str
    method: str
    document: Json


class Generator(SchemaGenerator):
    """The DRF views, the async views that DRF does not know of, and what holds for all of them."""

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        document = super().get_schema(*args, **kwargs)
        for operation in async_operations():
            methods = document["paths"].setdefault(operation.path, {})
            methods[operation.method] = {"security": SECURITY, **operation.document}
        document["paths"] = dict(sorted(document["paths"].items()))
        for path, methods in document["paths"].items():
            error = _ERROR_RESPONSE_V2 if path.startswith("/kafka/v2/") else _ERROR_RESPONSE
            for operation in methods.values():
                for status in _STATUSES if path.startswith("/kafka/v3/") else ():
                    operation["responses"].setdefault(status, error)
                operation["responses"].setdefault("default", error)
        components = document.setdefault("components", {})
        components.setdefault("schemas", {})["Error"] = ERROR
        response = json_response(_ERROR_SCHEMA, "What happened, to which thing, what to do.")
        of_v2 = {**response["content"], PLAIN: {"schema": _ERROR_SCHEMA}}
        components["responses"] = {
            "Error": response,
            "ErrorV2": {**response, "content": of_v2},
        }
        return document


def async_operations() -> Iterator[AsyncOperation]:
    """Every operation that an async endpoint of the URLs declares."""
    enumerator = EndpointEnumerator()
    for route, converters, view in _patterns(get_resolver().url_patterns, "", {}):
        for method, operation in getattr(view, OPERATIONS, {}).items():
            parameters = [_in_path(*converter) for converter in converters.items()]
            document = {**operation, "parameters": [*parameters, *operation["parameters"]]}
            yield AsyncOperation(enumerator.get_path_from_regex(route), method, document)


def _patterns(
    patterns: list[URLPattern | URLResolver], prefix: str, converters: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        known = {**converters, **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route, known)
        else:
            yield route, known, pattern.callback


def _in_path(name: str, converter: Any) -> Json:
    schema: Json = {"type": "string"}
    match converter:
        case IntConverter():
            schema = {"type": "integer", "minimum": 0}
        case UUIDConverter():
            schema = {"type": "string", "format": "uuid"}
    return {"in": "path", "name": name, "required": True, "schema": schema}


class OpenApiView(SpectacularJSONAPIView):
    """Open to all: the document says nothing about any tenant."""

    generator_class = Generator
    authentication_classes = ()
    permission_classes = ()


class CallerScheme(OpenApiAuthenticationExtension):
    """How ``CallerAuthentication`` is called in the document."""

    target_class = "streaming.rest.view.CallerAuthentication"
    name: ClassVar[list[str]] = ["apiKey", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {
                "type": "http",
                "scheme": "basic",
                "description": "An API key and its secret.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "session",
                "description": "A person's session; its cookie is named per deployment. Requests "
                "that change something carry X-CSRFToken.",
            },
        ]
