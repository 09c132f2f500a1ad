"""``users``: people who sign in to the console."""

import getpass
import secrets
import sys
from typing import Any

from django.core.management.base import CommandParser

from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import Role, Tenant
from tenants.selectors.tenants import members_of
from tenants.selectors.users import login_exists
from tenants.services.add_member import add_member
from tenants.services.create_user import create_user

PASSWORD_BYTES = 18
"""144 bits, 24 characters, of a password that is made here."""


class Command(HeadwaterCommand):
    """A person belongs to tenants by memberships; ``--create`` makes what is missing of both."""

    help = "Create people and make them members of a tenant; list members."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(parser, {"create": "make a person a member", "list": "members of the tenant"})
        parser.add_argument("--login", help="--create: the name to sign in with")
        parser.add_argument("--role", choices=Role.values, default=Role.DEVELOPER.value)
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="the password is stdin's first line",
        )
        add_tenant_option(parser)

    def answer(self, options: dict[str, Any]) -> Answer:
        tenant = chosen_tenant(options["tenant"])
        if options["action"] == "list":
            return _listed(tenant)
        login = required(options, "login").lower()
        made = None
        if not login_exists(login):
            password, made = _password(options)
            create_user(login=login, password=password, by=operator())
        add_member(tenant_id=tenant.id, login=login, role=options["role"], by=operator())
        document = {
            "login": login, "tenant": tenant.name, "role": options["role"], "password": made,
        }  # fmt: skip
        text = [f"{login} is {options['role']} of tenant {tenant.name}"]
        if made is not None:
            text.append(f"password  {made}  (not shown again)")
        return Answer(document, tuple(text))


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
