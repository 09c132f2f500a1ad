"""Rows of the control plane. No rules beyond what PostgreSQL itself keeps: see ``services``."""

from tenants.models.acl import Acl
from tenants.models.api_key import ApiKey
from tenants.models.audit import PLATFORM, AuditChain, AuditEntry, Outcome
from tenants.models.change import Change, ChangeCounter
from tenants.models.invitation import Invitation
from tenants.models.limits import ClientQuota, Plan, TenantLimit
from tenants.models.membership import Membership, Role
from tenants.models.scram_user import ScramUser
from tenants.models.sealing_state import SealingState
from tenants.models.service_account import ServiceAccount
from tenants.models.socket_ticket import SocketTicket
from tenants.models.tenant import Standing, Tenant
from tenants.models.usage import Usage, UsageBy, UsageStep
from tenants.models.user import User

__all__ = [
    "PLATFORM",
    "Acl",
    "ApiKey",
    "AuditChain",
    "AuditEntry",
    "Change",
    "ChangeCounter",
    "ClientQuota",
    "Invitation",
    "Membership",
    "Outcome",
    "Plan",
    "Role",
    "ScramUser",
    "SealingState",
    "ServiceAccount",
    "SocketTicket",
    "Standing",
    "Tenant",
    "TenantLimit",
    "Usage",
    "UsageBy",
    "UsageStep",
    "User",
]
