"""Makes the demo's tenant, person, key and topic, with the same services as the commands."""

import secrets
from typing import Final
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import Principal, TenantId, TopicName
from brokers.node.ports import Actor, NewTopic
from brokers.services.create_topic import create_topic
from streaming.cell.instance import Instance
from streaming.demo.access import DemoAccess, read_access, save_access
from tenants.errors import Conflict
from tenants.models import Role, Tenant
from tenants.selectors.api_keys import authenticate_api_key
from tenants.selectors.tenants import tenant_by_name
from tenants.selectors.users import login_exists
from tenants.services.appoint_operator import appoint_operator
from tenants.services.create_tenant import create_tenant
from tenants.services.create_user import create_user
from tenants.services.ensure_member import ensure_member
from tenants.services.issue_api_key import issue_api_key
from tenants.services.set_password import set_password

TENANT: Final = "demo"
TOPIC: Final = "flights"
LOGIN: Final = "demo@headwater.local"
BY: Final = "demo"

PARTITIONS: Final = 6
MIB: Final = 1024 * 1024
RETENTION: Final = {
    "retention.ms": str(7 * 24 * 3600 * 1000),
    # Per partition: 256 MB in all. Only closed segments are removed, so these are small.
    "retention.bytes": str(256 * MIB // PARTITIONS),
    "segment.bytes": str(8 * MIB),
}


def ensure_demo(instance: Instance) -> DemoAccess:
    """Make what is missing of the demo and save how to reach it; harmless to repeat.

    The key and the password that were saved stay as long as they work. Raises ``Refusal``
    INVALID_REPLICATION_FACTOR while no broker is alive to take the topic.
    """
    tenant = _tenant()
    _ensure_topic(tenant.id)
    saved = read_access(instance)
    if saved is not None and saved.cluster_id == tenant.cluster_id and _works(saved):
        return saved
    key = issue_api_key(tenant_id=tenant.id, by=BY)
    access = DemoAccess(
        tenant=TENANT,
        cluster_id=tenant.cluster_id,
        topic=TOPIC,
        api_key=key.key_id,
        api_secret=key.secret,
        login=LOGIN,
        password=_fresh_password(tenant.id),
    )
    save_access(instance, access)
    return access


def _tenant() -> Tenant:
    try:
        return create_tenant(name=TENANT, by=BY)
    except Conflict:
        return tenant_by_name(TENANT)


def _ensure_topic(tenant_id: UUID) -> None:
    actor = Actor(TenantId(str(tenant_id)), Principal(BY), administrator=True)
    topic = NewTopic(name=TopicName(TOPIC), partition_count=PARTITIONS, configs=dict(RETENTION))
    try:
        create_topic(actor=actor, topic=topic)
    except Refusal as refusal:
        if refusal.code is not ErrorCode.TOPIC_ALREADY_EXISTS:
            raise


def _works(access: DemoAccess) -> bool:
    return login_exists(access.login) and (
        authenticate_api_key(access.api_key, access.api_secret) is not None
    )


def _fresh_password(tenant_id: UUID) -> str:
    """A new password for the demo's person, who is made a member when that is still to be done."""
    password = secrets.token_urlsafe(12)
    if login_exists(LOGIN):
        set_password(login=LOGIN, password=password, by=BY)
    else:
        create_user(login=LOGIN, password=password, by=BY, name="Demo")
    ensure_member(tenant_id=tenant_id, login=LOGIN, role=Role.OWNER, by=BY)
    # Who looks at the demo wants to see its brokers too.
    appoint_operator(login=LOGIN, by=BY)
    return password
