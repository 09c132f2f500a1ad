"""URLs under ``/api``. Whatever is not here is answered as JSON too."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from streaming.api.acls import AclPresetView, AclsView, AclView
from streaming.api.api_keys import ApiKeyRotationView, ApiKeysView, ApiKeyView
from streaming.api.audit_log import (
    AuditCsvView,
    AuditLogView,
    AuditNdjsonView,
    AuditVerificationView,
)
from streaming.api.cell import (
    CellBrokerView,
    CellReassignmentView,
    DrainView,
    ReassignmentsView,
    UndrainView,
)
from streaming.api.cell_brokers import CellBrokersView
from streaming.api.client_quotas import ClientQuotasView
from streaming.api.docs import api_docs
from streaming.api.filter_test import test_filter
from streaming.api.invitation_code import InvitationCodeView, JoinView
from streaming.api.invitations import InvitationsView, InvitationView
from streaming.api.members import MembersView, MemberView
from streaming.api.metrics import MetricsView
from streaming.api.openapi import OpenApiView
from streaming.api.overview import OverviewView
from streaming.api.password import PasswordView
from streaming.api.plans import PlansView
from streaming.api.quotas import QuotasView, TenantQuotasView
from streaming.api.service_accounts import ServiceAccountsView, ServiceAccountView
from streaming.api.session import SessionView
from streaming.api.session_invitations import SessionInvitationsView, SessionInvitationView
from streaming.api.tenant_standing import RestoreView, ResumeView, SuspendView
from streaming.api.tenants import TenantsView, TenantView
from streaming.api.tickets import TicketsView
from streaming.api.topics import PartitionMapView, TopicListView
from streaming.api.usage import UsageCsvView, UsageView
from streaming.problems import Problem
from streaming.rest.answers import respond
from streaming.rest.operations import async_endpoint

_TENANT = "v1/tenants/<str:tenant>"


@csrf_exempt
def no_such_endpoint(request: HttpRequest, rest: str) -> HttpResponse:
    """``rest`` is what follows the prefix."""
    message = f"/api/{rest} is not an endpoint of this release; see /api/openapi.json."
    return respond(Problem(404, 404, message), request)


urlpatterns = [
    path("openapi.json", OpenApiView.as_view()),
    path("docs", api_docs),
    path("v1/filters:test", async_endpoint(post=test_filter)),
    path("v1/session", SessionView.as_view()),
    path("v1/session/password", PasswordView.as_view()),
    path("v1/session/invitations", SessionInvitationsView.as_view()),
    path("v1/session/invitations/<str:name>", SessionInvitationView.as_view()),
    path("v1/invitation", InvitationCodeView.as_view()),
    path("v1/invitation/account", JoinView.as_view()),
    path(f"{_TENANT}/topics", TopicListView.as_view()),
    path(f"{_TENANT}/topics/<str:topic>/partitions", PartitionMapView.as_view()),
    path(f"{_TENANT}/metrics", MetricsView.as_view()),
    path(f"{_TENANT}/usage", UsageView.as_view()),
    path(f"{_TENANT}/usage.csv", UsageCsvView.as_view()),
    path("v1/cell/brokers", CellBrokersView.as_view()),
    path("v1/tenants", TenantsView.as_view()),
    path(f"{_TENANT}:suspend", SuspendView.as_view()),
    path(f"{_TENANT}:resume", ResumeView.as_view()),
    path(f"{_TENANT}:restore", RestoreView.as_view()),
    path(_TENANT, TenantView.as_view()),
    path(f"{_TENANT}/members", MembersView.as_view()),
    path(f"{_TENANT}/members/<str:login>", MemberView.as_view()),
    path(f"{_TENANT}/invitations", InvitationsView.as_view()),
    path(f"{_TENANT}/invitations/<str:invited>", InvitationView.as_view()),
    path(f"{_TENANT}/service-accounts", ServiceAccountsView.as_view()),
    path(f"{_TENANT}/service-accounts/<str:name>", ServiceAccountView.as_view()),
    path(f"{_TENANT}/acls", AclsView.as_view()),
    path(f"{_TENANT}/acls:preset", AclPresetView.as_view()),
    path(f"{_TENANT}/acls/<uuid:acl_id>", AclView.as_view()),
    path(f"{_TENANT}/api-keys", ApiKeysView.as_view()),
    path(f"{_TENANT}/api-keys/<str:key_id>:rotate", ApiKeyRotationView.as_view()),
    path(f"{_TENANT}/api-keys/<str:key_id>", ApiKeyView.as_view()),
    path(f"{_TENANT}/audit", AuditLogView.as_view()),
    path(f"{_TENANT}/audit.ndjson", AuditNdjsonView.as_view()),
    path(f"{_TENANT}/audit.csv", AuditCsvView.as_view()),
    path(f"{_TENANT}/audit/verification", AuditVerificationView.as_view()),
    path(f"{_TENANT}/overview", OverviewView.as_view()),
    path(f"{_TENANT}/tickets", TicketsView.as_view()),
    path("v1/quotas", QuotasView.as_view()),
    path(f"{_TENANT}/quotas", TenantQuotasView.as_view()),
    path(f"{_TENANT}/client-quotas", ClientQuotasView.as_view()),
    path("v1/cell/plans", PlansView.as_view()),
    path("v1/cell/brokers/<int:broker_id>", CellBrokerView.as_view()),
    path("v1/cell/brokers/<int:broker_id>/drain", DrainView.as_view()),
    path("v1/cell/brokers/<int:broker_id>/undrain", UndrainView.as_view()),
    path("v1/cell/reassignments", ReassignmentsView.as_view()),
    path(
        "v1/cell/reassignments/<str:tenant>/<str:topic_name>/<int:partition_id>",
        CellReassignmentView.as_view(),
    ),
    re_path(r"^(?P<rest>.*)$", no_such_endpoint),
]
