from collections.abc import Mapping
from uuid import UUID

from connect.models import Connector
from connect.services.checked_config import checked_config, load_plugins
from connect.services.config_rows import replace_config
from connect.services.connector_rows import former_config, kept_secrets
from connect.services.create_connector import insert_connector
from connect.states import TargetState
from tenants import scope
from tenants.errors import Conflict
from tenants.kept_tenants import begin_change


def put_config(
    *, tenant_id: UUID, by: str, name: str, config: Mapping[str, str]
) -> tuple[Connector, bool]:
    """The connector with that config in the place of its former one, and whether it is new.

    ``HIDDEN`` as the value of a secret keeps the one that is there. Tasks go on as they are until
    those of the new config have been made. Raises what ``create_connector`` raises, and ``Invalid``
    for a config that would make a source out of a sink.
    """
    load_plugins(config)
    try:
        return _put(tenant_id, by, name, config)
    except Conflict as error:
        if "name" not in error.extra:
            raise
    # Somebody else has just made it, whose config this one comes after.
    return _put(tenant_id, by, name, config)


def _put(tenant_id: UUID, by: str, name: str, config: Mapping[str, str]) -> tuple[Connector, bool]:
    with scope.tenant(tenant_id):
        begin_change(tenant_id)
        found = Connector.objects.select_for_update(of=("self",)).filter(name=name).first()
        if found is None:
            checked = checked_config(name, config)
            return insert_connector(tenant_id, by, name, checked, TargetState.RUNNING), True
        checked = checked_config(name, config, former_config(found), kept_secrets(found))
        replace_config(found, checked, by=by)
        return found, False
