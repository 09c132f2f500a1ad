"""Configs of brokers, and those that Kafka sets for all of them and a tenant sets for itself."""

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.config_operations import Operation
from brokers.node.config_entries import Entry
from brokers.node.ports import ConfigOperation
from streaming.access.caller import TenantAccess
from streaming.records.identity import ADMINISTER, READ
from streaming.rest import admin_schema as schema
from streaming.rest import config_control
from streaming.rest.body import shown
from streaming.rest.cluster_config_entries import CLUSTER_CONFIGS
from streaming.rest.config_requests import parse_alter, parse_update
from streaming.rest.config_resources import broker_config_resource, cluster_config_resource
from streaming.rest.resources import collection
from streaming.rest.settled import wait_until_settled
from streaming.rest.view import RestView
from tenants.errors import NotFound


class ClusterConfigsView(RestView):
    """``/clusters/{cluster_id}/broker-configs``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="listKafkaClusterConfigs",
        responses={200: schema.CLUSTER_CONFIGS},
    )
    def get(self, _request: Request, cluster_id: str) -> Response:
        tenant = config_control.cluster_settings(self.access(cluster_id, READ))
        links = self.links
        data = (
            cluster_config_resource(links, cluster_id, config.entry(tenant), config.values)
            for config in CLUSTER_CONFIGS.values()
        )
        url = f"{links.cluster(cluster_id)}/broker-configs"
        return Response(collection("KafkaClusterConfig", url, data))


class ClusterConfigView(RestView):
    """``/clusters/{cluster_id}/broker-configs/{name}``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="getKafkaClusterConfig",
        responses={200: schema.CLUSTER_CONFIG},
    )
    def get(self, _request: Request, cluster_id: str, name: str) -> Response:
        entry = config_control.cluster_config(self.access(cluster_id, READ), name)
        values = CLUSTER_CONFIGS[name].values
        return Response(cluster_config_resource(self.links, cluster_id, entry, values))

    @extend_schema(
        tags=["kafka"],
        operation_id="updateKafkaClusterConfig",
        request={"application/json": schema.UPDATE_CONFIG},
        responses={204: None},
    )
    def put(self, request: Request, cluster_id: str, name: str) -> HttpResponse:
        """Set the config for this tenant."""
        access = self.access(cluster_id, ADMINISTER)
        value = parse_update(request.data)
        return self._alter(access, ConfigOperation(name, Operation.SET, value))

    @extend_schema(tags=["kafka"], operation_id="deleteKafkaClusterConfig", responses={204: None})
    def delete(self, _request: Request, cluster_id: str, name: str) -> HttpResponse:
        """Reset the config to its default."""
        access = self.access(cluster_id, ADMINISTER)
        return self._alter(access, ConfigOperation(name, Operation.DELETE, None))

    def _alter(self, access: TenantAccess, operation: ConfigOperation) -> HttpResponse:
        config_control.check_cluster_config(operation.name)
        config_control.alter_cluster(access, [operation])
        wait_until_settled(access.identity)
        return HttpResponse(status=204)


class AlterClusterConfigsView(RestView):
    """``/clusters/{cluster_id}/broker-configs:alter``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="updateKafkaClusterConfigs",
        request={"application/json": schema.ALTER_CONFIGS},
        responses={204: None},
    )
    def post(self, request: Request, cluster_id: str) -> HttpResponse:
        """Set and reset several configs, all or none."""
        access = self.access(cluster_id, ADMINISTER)
        wanted = parse_alter(request.data)
        config_control.alter_cluster(access, wanted.operations, validate_only=wanted.validate_only)
        if not wanted.validate_only:
            wait_until_settled(access.identity)
        return HttpResponse(status=204)


class AllBrokerConfigsView(RestView):
    """``/clusters/{cluster_id}/brokers/-/configs``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="listKafkaAllBrokerConfigs",
        responses={200: schema.BROKER_CONFIGS},
    )
    def get(self, _request: Request, cluster_id: str) -> Response:
        brokers = _brokers(self.access(cluster_id, ADMINISTER))
        links = self.links
        data = (
            broker_config_resource(links, cluster_id, broker_id, entry)
            for broker_id, entries in brokers.items()
            for entry in entries
        )
        url = f"{links.brokers(cluster_id)}/-/configs"
        return Response(collection("KafkaBrokerConfig", url, data))


class BrokerConfigsView(RestView):
    """``/clusters/{cluster_id}/brokers/{broker_id}/configs``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="listKafkaBrokerConfigs",
        responses={200: schema.BROKER_CONFIGS},
    )
    def get(self, _request: Request, cluster_id: str, broker_id: int) -> Response:
        entries = _broker(self.access(cluster_id, ADMINISTER), broker_id)
        links = self.links
        data = (broker_config_resource(links, cluster_id, broker_id, entry) for entry in entries)
        url = f"{links.broker(cluster_id, broker_id)}/configs"
        return Response(collection("KafkaBrokerConfig", url, data))


class BrokerConfigView(RestView):
    """``/clusters/{cluster_id}/brokers/{broker_id}/configs/{name}``"""

    @extend_schema(
        tags=["kafka"], operation_id="getKafkaBrokerConfig", responses={200: schema.BROKER_CONFIG}
    )
    def get(self, _request: Request, cluster_id: str, broker_id: int, name: str) -> Response:
        entry = _named(_broker(self.access(cluster_id, ADMINISTER), broker_id), broker_id, name)
        return Response(broker_config_resource(self.links, cluster_id, broker_id, entry))

    @extend_schema(
        tags=["kafka"],
        operation_id="updateKafkaBrokerConfig",
        request={"application/json": schema.UPDATE_CONFIG},
        responses={204: None},
    )
    def put(self, request: Request, cluster_id: str, broker_id: int, name: str) -> HttpResponse:
        """Refused: no config of a single broker can be set."""
        entries = _broker(self.access(cluster_id, ADMINISTER), broker_id)
        parse_update(request.data)
        raise _read_only(_named(entries, broker_id, name).name, broker_id)

    @extend_schema(tags=["kafka"], operation_id="deleteKafkaBrokerConfig", responses={204: None})
    def delete(self, _request: Request, cluster_id: str, broker_id: int, name: str) -> HttpResponse:
        """Refused: no config of a single broker can be reset."""
        entries = _broker(self.access(cluster_id, ADMINISTER), broker_id)
        raise _read_only(_named(entries, broker_id, name).name, broker_id)


class AlterBrokerConfigsView(RestView):
    """``/clusters/{cluster_id}/brokers/{broker_id}/configs:alter``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="updateKafkaBrokerConfigBatch",
        request={"application/json": schema.ALTER_CONFIGS},
        responses={204: None},
    )
    def post(self, request: Request, cluster_id: str, broker_id: int) -> HttpResponse:
        """Refused: no config of a single broker can be set."""
        entries = _broker(self.access(cluster_id, ADMINISTER), broker_id)
        first = parse_alter(request.data).operations[0].name
        raise _read_only(_named(entries, broker_id, first).name, broker_id)


def _brokers(access: TenantAccess) -> dict[int, list[Entry]]:
    return config_control.broker_configs(access, settings.HEADWATER.security_protocol)


def _broker(access: TenantAccess, broker_id: int) -> list[Entry]:
    entries = _brokers(access).get(broker_id)
    if entries is None:
        raise NotFound(f"There is no broker {broker_id}; GET …/brokers lists those there are.")
    return entries


def _named(entries: list[Entry], broker_id: int, name: str) -> Entry:
    for entry in entries:
        if entry.name == name:
            return entry
    raise NotFound(
        f"Broker {broker_id} has no config {shown(name)}; GET …/brokers/{broker_id}/configs lists "
        "those it has."
    )


def _read_only(name: str, broker_id: int) -> Refusal:
    remedy = (
        f"set it for your whole cluster: PUT …/broker-configs/{name}"
        if name in CLUSTER_CONFIGS
        else "whoever runs the service sets it; set configs on topics"
    )
    return Refusal(
        ErrorCode.POLICY_VIOLATION, f"config {name} of broker {broker_id} is read-only; {remedy}"
    )
