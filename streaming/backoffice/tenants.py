"""Tenants, their people, service accounts and keys."""

from typing import ClassVar

from django.contrib.admin import action, display
from django.db.models import QuerySet
from django.http import HttpRequest

from streaming.backoffice.read_only import ReadOnlyAdmin
from streaming.backoffice.site import audit_name
from tenants.models import ApiKey, Membership, ServiceAccount, Tenant, User
from tenants.services.appoint_operator import appoint_operator
from tenants.services.delete_service_account import delete_service_account
from tenants.services.dismiss_operator import dismiss_operator
from tenants.services.remove_member import remove_member
from tenants.services.resume_tenant import resume_tenant
from tenants.services.revoke_api_key import revoke_api_key
from tenants.services.suspend_tenant import suspend_tenant


class TenantAdmin(ReadOnlyAdmin):
    list_display = ("name", "cluster_id", "standing", "plan", "created_at")
    list_filter = ("active",)
    search_fields = ("name", "cluster_id")
    ordering = ("name",)
    actions: ClassVar = ["resume", "suspend"]

    @action(description="Resume")
    def resume(self, request: HttpRequest, rows: QuerySet[Tenant]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request,
            rows,
            lambda each: resume_tenant(tenant_id=each.id, by=by),
            "is not suspended",
        )

    @action(description="Suspend: cut all of its connections")
    def suspend(self, request: HttpRequest, rows: QuerySet[Tenant]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request,
            rows,
            lambda each: suspend_tenant(tenant_id=each.id, by=by),
            "is suspended; its connections are cut within five seconds",
        )


class PersonAdmin(ReadOnlyAdmin):
    fields = ("login", "name", "email", "is_active", "is_staff", "last_login", "created_at")
    list_display = ("login", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("login", "name")
    ordering = ("login",)
    actions: ClassVar = ["appoint", "dismiss"]

    @action(description="Appoint as operator of this service")
    def appoint(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request, rows, lambda each: appoint_operator(login=each.login, by=by), "is an operator"
        )

    @action(description="Dismiss as operator")
    def dismiss(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request, rows, lambda each: dismiss_operator(login=each.login, by=by), "is no operator"
        )


class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("person", "tenant", "role", "created_at")
    list_filter = ("role",)
    search_fields = ("user__login", "tenant__name")
    ordering = ("tenant__name", "user__login")
    actions: ClassVar = ["remove"]

    @display(description="person", ordering="user__login")
    def person(self, row: Membership) -> str:
        return row.user.login

    @action(description="Remove from the tenant")
    def remove(self, request: HttpRequest, rows: QuerySet[Membership]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request,
            rows,
            lambda each: remove_member(tenant_id=each.tenant_id, login=each.user.login, by=by),
            "ended",
        )


class ServiceAccountAdmin(ReadOnlyAdmin):
    list_display = ("name", "tenant", "created_at")
    search_fields = ("name", "tenant__name")
    ordering = ("tenant__name", "name")
    actions: ClassVar = ["delete_with_keys"]

    @action(description="Delete, and revoke its keys")
    def delete_with_keys(self, request: HttpRequest, rows: QuerySet[ServiceAccount]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request,
            rows,
            lambda each: delete_service_account(tenant_id=each.tenant_id, name=each.name, by=by),
            "is deleted",
        )


class ApiKeyAdmin(ReadOnlyAdmin):
    # Verifiers are nobody's to see.
    fields = (
        "key_id",
        "tenant",
        "principal",
        "created_by",
        "created_at",
        "expires_at",
        "revoked_at",
    )
    list_display = ("key_id", "tenant", "principal", "created_at", "expires_at", "revoked_at")
    search_fields = ("key_id", "tenant__name", "service_account__name")
    ordering = ("-created_at",)
    actions: ClassVar = ["revoke"]

    @action(description="Revoke: cut its connections")
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiKey]) -> None:
        by = audit_name(request)
        self.do_to_each(
            request,
            rows,
            lambda each: revoke_api_key(tenant_id=each.tenant_id, key_id=each.key_id, by=by),
            "is revoked; its connections are cut within five seconds",
        )
