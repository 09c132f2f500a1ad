"""``/api/v1/tenants/{tenant}/acls``: what service accounts may do."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.authorization.resource import Operation
from streaming.access.rights import require_cluster
from streaming.api import management_schema as schema
from streaming.api.json_body import boolean, optional_text, read_fields, text
from streaming.api.management_view import ManagementView, id_of
from streaming.records.identity import ADMINISTER, READ
from tenants.acl_presets import RECORDS, Preset, bindings_of
from tenants.acls import EVERY, AclEntry, check_entry
from tenants.models import Acl
from tenants.selectors.acls import acls_of
from tenants.services.create_acls import create_acls
from tenants.services.delete_acls import delete_acl

PRESET_FIELDS: Final = ("topic", "pattern_type", "group", "transactional_id")


class AclsView(ManagementView):
    """``/tenants/{tenant}/acls``"""

    @extend_schema(
        tags=["tenants"], operation_id="list_acls", responses={200: schema.list_of(schema.ACL)}
    )
    def get(self, _request: Request, tenant: str) -> Response:
        """Bindings by principal, then by what they are about."""
        access = self.managed(tenant, READ)
        require_cluster(access, Operation.DESCRIBE)
        acls = acls_of(id_of(access))
        return Response({"data": [_document(acl) for acl in acls]})

    @extend_schema(
        tags=["tenants"],
        operation_id="create_acl",
        request={"application/json": schema.CREATE_ACL},
        responses={201: schema.ACL},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Make a binding; one that is there already is answered as if it was made."""
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(
            request.data,
            required=("principal", "resource_type", "resource_name", "operation", "permission"),
            optional=("host", "pattern_type"),
        )
        entry = AclEntry(
            principal=text(fields, "principal"),
            host=text(fields, "host", EVERY),
            resource_type=text(fields, "resource_type"),
            pattern_type=text(fields, "pattern_type", "literal"),
            resource_name=text(fields, "resource_name"),
            operation=text(fields, "operation"),
            permission=text(fields, "permission"),
        )
        (acl,) = create_acls(tenant_id=id_of(access), entries=[entry], by=access.principal)
        return Response(_document(acl), status=201)


class AclPresetView(ManagementView):
    """``/tenants/{tenant}/acls:preset``"""

    @extend_schema(
        tags=["tenants"],
        operation_id="create_acls_by_preset",
        request={"application/json": schema.ACL_PRESET},
        responses={200: schema.list_of(schema.ACL), 201: schema.list_of(schema.ACL)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Make what a producer, a consumer or an administrator needs; with validate_only, say what
        that would be (ids are empty)."""
        access = self.managed(tenant, ADMINISTER)
        fields = read_fields(
            request.data,
            required=("principal", "preset"),
            optional=(*PRESET_FIELDS, "validate_only"),
        )
        entries = bindings_of(preset_of(fields), text(fields, "principal"))
        if "validate_only" in fields and boolean(fields, "validate_only"):
            for entry in entries:
                check_entry(entry)
            return Response({"data": [{"id": "", **entry._asdict()} for entry in entries]})
        return Response({"data": self._made(id_of(access), entries, access.principal)}, status=201)

    @staticmethod
    def _made(tenant_id: UUID, entries: Sequence[AclEntry], by: str) -> list[dict[str, Any]]:
        return [_document(acl) for acl in create_acls(tenant_id=tenant_id, entries=entries, by=by)]


class AclView(ManagementView):
    """``/tenants/{tenant}/acls/{acl_id}``"""

    @extend_schema(tags=["tenants"], operation_id="delete_acl", responses={204: None})
    def delete(self, _request: Request, tenant: str, acl_id: UUID) -> HttpResponse:
        """End a binding; where there is none of that id nothing is done."""
        access = self.managed(tenant, ADMINISTER)
        delete_acl(tenant_id=id_of(access), acl_id=acl_id, by=access.principal)
        return HttpResponse(status=204)


def preset_of(fields: Mapping[str, Any]) -> Preset:
    """Raises ``InvalidBody`` for a field of another type."""
    return Preset(
        name=text(fields, "preset", RECORDS),
        topic=optional_text(fields, "topic"),
        pattern_type=text(fields, "pattern_type", "literal"),
        group=optional_text(fields, "group"),
        transactional_id=optional_text(fields, "transactional_id"),
    )


def _document(acl: Acl) -> dict[str, Any]:
    return {"id": str(acl.id), **acl.entry._asdict()}
