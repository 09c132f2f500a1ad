"""``/connect/connector-plugins``: what connectors can be made of, and whether a config would do."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from connect.forms.bodies import read_config
from connect.forms.documents import plugin_document
from connect.forms.plugin_documents import key_document, validation_document, with_faults
from connect.plugins import find_plugin
from connect.rest import schemas
from connect.rest.connectors import TAG
from connect.rest.query import truth
from connect.rest.view import ConnectView, id_of
from connect.selectors.plugins import all_plugins, connector_plugins, definition_of
from connect.services.judge_config import judge_config
from tenants.errors import Invalid, NotFound


class PluginsView(ConnectView):
    """``/connector-plugins``"""

    @extend_schema(
        tags=[TAG],
        operation_id="list_connector_plugins",
        parameters=[
            schemas.TENANT,
            schemas.flag("connectorsOnly", "Without converters, transforms, … Default true."),
        ],
        responses={200: schemas.list_of(schemas.PLUGIN)},
    )
    def get(self, request: Request) -> Response:
        """Plugins by their short names. Kafka's class names are understood as well."""
        self.reading()
        only = truth(request.query_params, "connectorsOnly", default=True)
        found = connector_plugins() if only else all_plugins()
        return Response([plugin_document(each.name, each.kind, each.version) for each in found])


class PluginConfigView(ConnectView):
    """``/connector-plugins/{plugin}/config``"""

    @extend_schema(
        tags=[TAG],
        operation_id="get_connector_plugin_config",
        parameters=[schemas.TENANT],
        responses={200: schemas.list_of(schemas.KEY)},
    )
    def get(self, _request: Request, plugin: str) -> Response:
        """The keys that it can be configured with."""
        self.reading()
        definition = definition_of(plugin)
        if definition is None:
            raise NotFound(f"Unknown plugin {plugin}.")
        return Response([key_document(key) for key in definition.keys])


class ValidateView(ConnectView):
    """``/connector-plugins/{plugin}/config/validate``"""

    @extend_schema(
        tags=[TAG],
        operation_id="validate_connector_config",
        parameters=[schemas.TENANT],
        request={"application/json": schemas.CONFIG},
        responses={200: schemas.VALIDATION},
    )
    def put(self, request: Request, plugin: str) -> Response:
        """Every key with what is wrong about it. Nothing is kept and nothing is connected to.

        What does not go together is told once each key is right by itself. `********` is judged by
        the secret of the connector `name` that it keeps; which keeps none, or would send one
        elsewhere, is told too.
        """
        access = self.reading()
        config = read_config(request.data)
        found = find_plugin(plugin)
        if found is None:
            raise NotFound(f"Unknown plugin {plugin}.")
        named = config.setdefault("connector.class", plugin)
        other = find_plugin(named)
        if other is None or other.name != found.name:
            raise Invalid(f"Included connector type {named} does not match request type {plugin}")
        judged = judge_config(
            tenant_id=id_of(access), name=config.get("name", ""), plugin=found, config=config
        )
        values = with_faults(judged.values, judged.faults, config)
        return Response(validation_document(plugin, judged.definition, values, judged.secret))
