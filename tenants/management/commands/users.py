"""``users``: people who sign in to the console."""

import getpass
import secrets
import sys
from typing import Any, Final

from django.core.management.base import CommandParser

from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import Role, Tenant
from tenants.selectors.tenants import members_of
from tenants.selectors.users import login_exists
from tenants.services.appoint_operator import appoint_operator
from tenants.services.create_user import create_user
from tenants.services.dismiss_operator import dismiss_operator
from tenants.services.ensure_member import ensure_member

PASSWORD_BYTES: Final = 18
"""144 bits, 24 characters."""


class Command(HeadwaterCommand):
    """A person belongs to tenants by memberships; ``--create`` makes what is missing of both."""

    help = "Create people, make them members of a tenant or operators of the service; list members."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(
            parser,
            {
                "create": "make a person a member",
                "list": "members of the tenant",
                "appoint-operator": "let a person run the service: brokers, tenants, /admin",
                "dismiss-operator": "take that from a person",
            },
        )
        parser.add_argument("--login", help="the name to sign in with")
        parser.add_argument("--role", choices=Role.values, default=Role.DEVELOPER.value)
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="the password is stdin's first line",
        )
        add_tenant_option(parser)

    def answer(self, options: dict[str, Any]) -> Answer:
        match options["action"]:
            case "appoint-operator":
                return _appointed(required(options, "login").lower())
            case "dismiss-operator":
                return _dismissed(required(options, "login").lower())
            case "list":
                return _listed(chosen_tenant(options["tenant"]))
        tenant = chosen_tenant(options["tenant"])
        login = required(options, "login").lower()
        made = None
        if not login_exists(login):
            password, made = _password(options)
            create_user(login=login, password=password, by=operator())
        ensure_member(tenant_id=tenant.id, login=login, role=options["role"], by=operator())
        document = {
            "login": login, "tenant": tenant.name, "role": options["role"], "password": made,
        }  # fmt: skip
        text = [f"{login} is {options['role']} of tenant {tenant.name}"]
        if made is not None:
            text.append(f"password  {made}  (not shown again)")
        return Answer(document, tuple(text))


def _appointed(login: str) -> Answer:
    appoint_operator(login=login, by=operator())
    return Answer({"login": login, "operator": True}, (f"{login} is an operator of this service",))


def _dismissed(login: str) -> Answer:
    dismiss_operator(login=login, by=operator())
    return Answer({"login": login, "operator": False}, (f"{login} is no operator any more",))


def _password(options: dict[str, Any]) -> tuple[str, str | None]:
    """The password, and once more when it was made here and has to be shown."""
    if options["password_stdin"]:
        return sys.stdin.readline().rstrip("\r\n"), None
    if sys.stdin.isatty() and not options["json"]:
        first = getpass.getpass(f"Password for {options['login']}: ")
        if first != getpass.getpass("Once more: "):
            raise UsageProblem("the two passwords differ; nothing was created.")
        return first, None
    made = secrets.token_urlsafe(PASSWORD_BYTES)
    return made, made


def _listed(tenant: Tenant) -> Answer:
    users = [
        {"login": member.user.login, "name": member.user.name, "role": member.role}
        for member in members_of(tenant.id)
    ]
    rows = tuple(tuple(user.values()) for user in users)
    return Answer(
        {"tenant": tenant.name, "users": users}, (Table(("LOGIN", "NAME", "ROLE"), rows),)
    )
