"""The audit log of the platform and of every tenant, and proof that nobody else wrote in it."""

from typing import ClassVar

from django.contrib import messages
from django.contrib.admin import action, display
from django.db.models import QuerySet
from django.http import HttpRequest

from streaming.backoffice.read_only import ReadOnlyAdmin
from tenants.audit import first_flaw
from tenants.models import PLATFORM, AuditEntry, Tenant


class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "by", "action", "object", "outcome", "source", "owner", "sequence")
    list_filter = ("outcome", "action")
    search_fields = ("by", "object", "action", "request_id")
    ordering = ("-at", "-sequence")
    list_select_related = False
    actions: ClassVar = ["check_chains"]

    @display(description="tenant")
    def owner(self, row: AuditEntry) -> str:
        if row.tenant_id == PLATFORM:
            return "the platform"
        tenant = Tenant.objects.filter(id=row.tenant_id).only("name").first()
        return str(row.tenant_id) if tenant is None else tenant.name

    @action(description="Check the chains of these entries")
    def check_chains(self, request: HttpRequest, rows: QuerySet[AuditEntry]) -> None:
        """Of each tenant that an entry is chosen of, from its first entry to its last."""
        for row in rows.order_by("tenant_id").distinct("tenant_id"):
            flaw = first_flaw(row.tenant_id)
            if flaw is None:
                self.message_user(request, f"{self.owner(row)}: the chain is whole.")
            else:
                message = f"{self.owner(row)}: the chain is broken at entry {flaw}."
                self.message_user(request, message, messages.ERROR)
