"""``/api/openapi.json``: everything that the service answers over HTTP, as OpenAPI 3.0."""

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView

from streaming.rest.schema import ASYNC_PATHS


class Generator(SchemaGenerator):
    """The DRF views, and the async views that DRF does not know of."""

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        document = super().get_schema(*args, **kwargs)
        security: list[dict[str, list[str]]] = [{"apiKey": []}, {"session": []}]
        for path, operations in ASYNC_PATHS.items():
            document["paths"][path] = {
                method: {**operation, "security": security}
                for method, operation in operations.items()
            }
        return document


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
