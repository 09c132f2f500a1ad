"""Who may make, change and remove which members. Pure."""

from enum import Enum
from typing import Final

from tenants.errors import Forbidden, Invalid
from tenants.models.membership import Role


class Authority(Enum):
    """In whose right a tenant's members are changed."""

    OWNER = "owner"
    """An owner of the tenant, or whoever runs the service: an operator, the command line."""
    ADMINISTRATOR = "administrator"
    """An admin, or a key of the tenant's administrator."""


ROLES: Final = ", ".join(Role.values)


def check_role(role: str) -> None:
    """Raises ``Invalid`` unless there is such a role."""
    if role not in Role.values:
        raise Invalid(f"{role!r} is no role; choose one of {ROLES}", role=role)


def check_owners_are_changed_by_owners(authority: Authority, *roles: str | None) -> None:
    """Raises ``Forbidden`` when one of a member's roles, before and after, is for owners to give.

    None stands for no membership.
    """
    if authority is not Authority.OWNER and Role.OWNER in roles:
        raise Forbidden("only an owner makes, changes or removes an owner of a tenant; ask one")


def not_for_giving(role: str) -> frozenset[str]:
    """The roles that a member of ``role`` may invite nobody into."""
    if role == Role.OWNER:
        return frozenset()
    return frozenset({Role.OWNER}) if role == Role.ADMIN else frozenset(Role.values)
