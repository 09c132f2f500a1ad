"""What every page of the back office has in common: it reads; actions call services."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from brokers.kernel.errors import Refusal
from tenants.errors import ApplicationError


class ReadOnlyAdmin(ModelAdmin):
    """Whoever may enter may see; nobody adds, edits or deletes by a form."""

    list_per_page = 100
    list_select_related: Any = True
    show_full_result_count = False
    compressed_fields = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def do_to_each(
        self,
        request: HttpRequest,
        rows: Iterable[Any],
        verb: Callable[[Any], object],
        done: str,
    ) -> None:
        """Call a service for each row and say what became of it; a refusal stops none after it."""
        for row in rows:
            try:
                verb(row)
            except ApplicationError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            except Refusal as refusal:
                self.message_user(request, f"{row}: {refusal.message}", messages.ERROR)
            else:
                self.message_user(request, f"{row} {done}.", messages.SUCCESS)
