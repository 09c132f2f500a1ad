"""``connectors``: what runs between a tenant's topics and other systems."""

from typing import Any

from django.core.management.base import CommandParser

from brokers.cli import refusals  # noqa: F401  (registers how a Refusal is told)
from connect.cli.changing import alter, create, delete, restart, turn, validate
from connect.cli.offsets import offsets
from connect.cli.options import add_connector_options, check
from connect.cli.showing import show_connectors, show_list, show_log, show_plugins
from tenants.cli.answer import Answer
from tenants.cli.command import HeadwaterCommand
from tenants.cli.tenant_choice import chosen_tenant
from tenants.models import Tenant

_CHANGING = {
    "validate": validate,
    "create": create,
    "alter": alter,
    "pause": turn,
    "resume": turn,
    "stop": turn,
    "restart": restart,
    "offsets": offsets,
    "log": show_log,
    "delete": delete,
}


class Command(HeadwaterCommand):
    """The verbs are ``connect.services``; here is only what a command line adds."""

    help = "Create, describe, alter, pause, restart and delete connectors; their offsets and logs."

    def add_options(self, parser: CommandParser) -> None:
        add_connector_options(parser)

    def answer(self, options: dict[str, Any]) -> Answer | None:
        check(options)
        if options["action"] == "plugins":
            return show_plugins(options["plugin"])
        tenant = chosen_tenant(options["tenant"])
        if options["action"] in _CHANGING:
            return _CHANGING[options["action"]](tenant, options)
        return self._show(tenant, options)

    def _show(self, tenant: Tenant, options: dict[str, Any]) -> Answer | None:
        def look() -> Answer:
            if options["action"] == "list":
                return show_list(tenant)
            return show_connectors(tenant, options["connector"])

        return self.shown(look, options)
