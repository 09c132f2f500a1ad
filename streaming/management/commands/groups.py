"""``groups``: consumer groups, their lag, deleting and resetting, by the names of Kafka's tool."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from brokers.cli import refusals  # noqa: F401  (registers how a Refusal is told)
from streaming.cli.asking import Asker, asking
from streaming.cli.groups.deleting import delete, delete_committed
from streaming.cli.groups.options import add_group_options, check
from streaming.cli.groups.resetting import reset
from streaming.cli.groups.showing import show_groups, show_list
from streaming.cli.identity import administrator_of
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants.cli.answer import Answer
from tenants.cli.command import HeadwaterCommand
from tenants.cli.tenant_choice import chosen_tenant


class Command(HeadwaterCommand):
    """The verbs are ``streaming.groups``; here is only what a command line adds."""

    help = "List, describe and delete consumer groups; reset their offsets."

    def add_options(self, parser: CommandParser) -> None:
        add_group_options(parser)

    def answer(self, options: dict[str, Any]) -> Answer | None:
        check(options)
        tenant = chosen_tenant(options["tenant"]).name
        identity = administrator_of(tenant, READ, WRITE, ADMINISTER)
        with asking(settings.HEADWATER, identity) as asker:
            match options["action"]:
                case "delete":
                    return delete(asker, tenant, options)
                case "delete-offsets":
                    return delete_committed(asker, tenant, options)
                case "reset-offsets":
                    return reset(asker, tenant, options)
                case _:
                    return self._show(asker, tenant, options)

    def _show(self, asker: Asker, tenant: str, options: dict[str, Any]) -> Answer | None:
        show = show_list if options["action"] == "list" else show_groups

        def look() -> Answer:
            return asker.ask(lambda reader: show(reader, tenant, options))

        return self.shown(look, options)
