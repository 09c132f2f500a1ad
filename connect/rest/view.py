"""What every view of Connect has in common: whose connectors, and how errors are answered."""

from uuid import UUID

from django.http import HttpResponse

from brokers.authorization.resource import Operation
from connect.rest.errors import connect_answer
from streaming.access.caller import Caller, TenantAccess
from streaming.access.errors import TenantNotFound
from streaming.access.rights import require_cluster
from streaming.records.identity import ADMINISTER, READ
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.view import RestView


class ConnectView(RestView):
    """Base of the views under ``/connect``.

    Kafka's paths name no tenant: it is the key's, and a person's only one or the one that the query
    names. Connectors are the tenant's as a whole. People go by their role, a service account by
    its rights to the cluster: DESCRIBE to look, ALTER to change. Whoever has ALTER may grant
    anything to itself already, so a connector, which has an account of its own, gives it nothing.
    """

    def handle_exception(self, exc: Exception) -> HttpResponse:
        return connect_answer(exc, self.request._request)

    def reading(self, tenant: str | None = None) -> TenantAccess:
        """Raises ``TenantNotFound``, ``InvalidQuery`` and ``NotAllowed``."""
        return self._access(tenant, READ, Operation.DESCRIBE)

    def administering(self, tenant: str | None = None) -> TenantAccess:
        """Raises what ``reading`` raises."""
        return self._access(tenant, ADMINISTER, Operation.ALTER)

    def _access(self, tenant: str | None, scope: str, operation: Operation) -> TenantAccess:
        access = chosen_access(self.caller, tenant or self.request.query_params.get("tenant"))
        if access.goes_by_acls:
            require_cluster(access, operation)
        else:
            access.require(scope)
        return access


def chosen_access(caller: Caller, tenant: str | None) -> TenantAccess:
    """Raises ``TenantNotFound``, and ``InvalidQuery`` where more than one may be meant."""
    if tenant is not None:
        return caller.tenant(tenant)
    if not caller.tenants:
        raise TenantNotFound("of your own")
    if len(caller.tenants) > 1:
        raise InvalidQuery(
            f"{caller.name} belongs to {len(caller.tenants)} tenants; name one with tenant"
        )
    return caller.tenants[0]


def id_of(access: TenantAccess) -> UUID:
    return UUID(access.tenant_id)
