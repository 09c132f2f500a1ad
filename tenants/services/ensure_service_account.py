from uuid import UUID

from tenants import scope
from tenants.acl_presets import USUAL, Preset
from tenants.errors import Conflict
from tenants.models import ServiceAccount
from tenants.services.create_service_account import create_service_account


def ensure_service_account(
    *, tenant_id: UUID, name: str, by: str, preset: Preset = USUAL
) -> ServiceAccount:
    """The service account of that name; when it is absent, made with the ACLs of ``preset``.

    Raises ``Invalid``, and ``Conflict`` for one more that the tenant may not have.
    """
    try:
        return create_service_account(tenant_id=tenant_id, name=name, by=by, preset=preset)
    except Conflict:
        with scope.tenant(tenant_id):
            found = ServiceAccount.objects.filter(tenant_id=tenant_id, name=name).first()
        if found is None:
            raise
        return found
