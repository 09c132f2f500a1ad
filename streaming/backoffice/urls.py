"""``/admin``: which rows have pages."""

from django.urls import path

from brokers.models import Broker, Partition, Topic
from streaming.backoffice.audit_log import AuditEntryAdmin
from streaming.backoffice.brokers import BrokerAdmin, PartitionAdmin, TopicAdmin
from streaming.backoffice.site import back_office
from streaming.backoffice.tenants import (
    ApiKeyAdmin,
    MembershipAdmin,
    PersonAdmin,
    ServiceAccountAdmin,
    TenantAdmin,
)
from tenants.models import ApiKey, AuditEntry, Membership, ServiceAccount, Tenant, User

# As people say it: Django makes "api keys" and "audit entrys" of the classes' names.
ApiKey._meta.verbose_name, ApiKey._meta.verbose_name_plural = "API key", "API keys"
AuditEntry._meta.verbose_name_plural = "audit entries"
User._meta.verbose_name, User._meta.verbose_name_plural = "person", "people"

back_office.register(Tenant, TenantAdmin)
back_office.register(User, PersonAdmin)
back_office.register(Membership, MembershipAdmin)
back_office.register(ServiceAccount, ServiceAccountAdmin)
back_office.register(ApiKey, ApiKeyAdmin)
back_office.register(AuditEntry, AuditEntryAdmin)
back_office.register(Broker, BrokerAdmin)
back_office.register(Topic, TopicAdmin)
back_office.register(Partition, PartitionAdmin)

urlpatterns = [path("", back_office.urls)]
