"""ACLs of a tenant in REST v3's terms: Kafka's words in upper case, filters as parameters."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.acl_words import binding_of
from brokers.authorization.acl import AclFilter
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
from streaming.access.caller import TenantAccess
from streaming.access.rights import require_cluster
from streaming.records.identity import READ
from streaming.rest import admin_schema as schema
from streaming.rest.body import items, members, text
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.resources import Json, Links, collection
from streaming.rest.settled import wait_until_settled
from streaming.rest.view import RestView
from tenants.acls import AclEntry
from tenants.selectors.acls import acls_of
from tenants.services.create_acls import create_acls
from tenants.services.delete_acls import delete_acls

FIELDS: Final = AclEntry._fields
BATCH_MAX: Final = 1_000
_NEEDED_TO_DELETE: Final = ("resource_type", "pattern_type", "operation", "permission")
_FILTERS: Final = [
    OpenApiParameter(name, str, description="Whatever it is when left out.") for name in FIELDS
]


class AclsView(RestView):
    """``/clusters/{cluster_id}/acls``"""

    @extend_schema(
        tags=["kafka"],
        operation_id="getKafkaAcls",
        parameters=_FILTERS,
        responses={200: schema.ACLS},
    )
    def get(self, request: Request, cluster_id: str) -> Response:
        """Those that the filter matches; all without one."""
        access = self._access(cluster_id, Operation.DESCRIBE)
        matches = _filter(request.query_params)
        entries = [acl.entry for acl in acls_of(UUID(access.tenant_id))]
        url = f"{self.links.cluster(cluster_id)}/acls"
        return Response(_list(self.links, cluster_id, url, filter(matches, entries)))

    @extend_schema(
        tags=["kafka"],
        operation_id="createKafkaAcls",
        request={"application/json": schema.CREATE_ACL},
        responses={201: None},
    )
    def post(self, request: Request, cluster_id: str) -> HttpResponse:
        """Make one; one that is there already is no failure."""
        access = self._access(cluster_id, Operation.ALTER)
        _create(access, [_entry(request.data)])
        return HttpResponse(status=201)

    @extend_schema(
        tags=["kafka"],
        operation_id="deleteKafkaAcls",
        parameters=[
            OpenApiParameter(each.name, str, required=each.name in _NEEDED_TO_DELETE)
            for each in _FILTERS
        ],
        responses={200: schema.DELETED_ACLS},
    )
    def delete(self, request: Request, cluster_id: str) -> Response:
        """End those that the filter matches."""
        access = self._access(cluster_id, Operation.ALTER)
        missing = [name for name in _NEEDED_TO_DELETE if name not in request.query_params]
        if missing:
            raise InvalidQuery(f"{' and '.join(missing)} must be said; ANY stands for all")
        matches = _filter(request.query_params)
        (ended,) = delete_acls(
            tenant_id=UUID(access.tenant_id), filters=[matches], by=access.principal
        )
        if ended:
            wait_until_settled(access.identity)
        data = [_resource(self.links, cluster_id, acl.entry) for acl in ended]
        return Response({"data": data})

    def _access(self, cluster_id: str, operation: Operation) -> TenantAccess:
        access = self.access(cluster_id, READ)
        require_cluster(access, operation)
        return access


class AclsBatchView(AclsView):
    """``/clusters/{cluster_id}/acls:batch``"""

    http_method_names: Final = ["post", "options"]

    @extend_schema(
        tags=["kafka"],
        operation_id="batchCreateKafkaAcls",
        request={"application/json": schema.CREATE_ACLS},
        responses={201: None},
    )
    def post(self, request: Request, cluster_id: str) -> HttpResponse:
        """Make several, all or none."""
        access = self._access(cluster_id, Operation.ALTER)
        wanted = items(members(request.data, ("data",)), "data", BATCH_MAX)
        _create(access, [_entry(each) for each in wanted])
        return HttpResponse(status=201)


def _create(access: TenantAccess, entries: list[AclEntry]) -> None:
    create_acls(tenant_id=UUID(access.tenant_id), entries=entries, by=access.principal)
    wait_until_settled(access.identity)


def _entry(body: Any) -> AclEntry:
    """Raises ``InvalidBody``; what its words mean is the service's to judge."""
    fields = members(body, FIELDS, where="an ACL")
    entry = AclEntry(*(text(fields, name) for name in FIELDS))
    return entry._replace(
        resource_type=entry.resource_type.lower(),
        pattern_type=entry.pattern_type.lower(),
        operation=entry.operation.lower(),
        permission=entry.permission.lower(),
    )


def _filter(query: Mapping[str, str]) -> Callable[[AclEntry], bool]:
    """Raises ``InvalidQuery``."""
    for name in query:
        if name not in FIELDS:
            raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: {', '.join(FIELDS)}")

    def member(kind: Any, name: str) -> Any:
        word = query.get(name, "ANY")
        if word not in kind.__members__:
            known = ", ".join(kind.__members__)
            raise InvalidQuery(f"{name} must be one of {known}")
        return kind[word]

    wanted = AclFilter(
        principal=query.get("principal"),
        host=query.get("host"),
        resource_type=member(ResourceType, "resource_type"),
        pattern_type=member(PatternType, "pattern_type"),
        resource_name=query.get("resource_name"),
        operation=member(Operation, "operation"),
        permission=member(Permission, "permission"),
    )
    return lambda entry: wanted.matches(binding_of(entry))


def _list(links: Links, cluster_id: str, url: str, entries: Iterable[AclEntry]) -> Json:
    return collection("KafkaAcl", url, (_resource(links, cluster_id, each) for each in entries))


def _resource(links: Links, cluster_id: str, entry: AclEntry) -> Json:
    words = {
        **entry._asdict(),
        "resource_type": entry.resource_type.upper(),
        "pattern_type": entry.pattern_type.upper(),
        "operation": entry.operation.upper(),
        "permission": entry.permission.upper(),
    }
    url = f"{links.cluster(cluster_id)}/acls?{urlencode(words)}"
    return {"kind": "KafkaAcl", "metadata": {"self": url}, "cluster_id": cluster_id, **words}
