"""One route of the web process and who may call it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Right(StrEnum):
    """What a caller needs; each person's role and each key has some of READ, WRITE, ADMINISTER."""

    OPEN = "open"
    """Nobody needs to be known."""
    KNOWN = "known"
    """Anybody who is known; what others have is not among what is answered."""
    READ = "read"
    WRITE = "write"
    DESCRIBE = "describe"
    """To look at the tenant as a whole: people by their role, a service account by its ACLs."""
    ADMINISTER = "administer"
    """At the tenant that the path names."""
    OWN = "own"
    """An owner's alone; nobody who calls here is one."""
    OPERATE = "operate"
    """An operator of the service, a member of no tenant."""


@dataclass(frozen=True, slots=True)
class Row:
    """``path`` is the OpenAPI document's; ``status`` is what everybody gets who may call.

    Make the request one that can be repeated: each caller sends it in turn. A DELETE speaks of an
    absent thing and a POST validates only, or has a body that is refused after the caller was let
    in. Names in the path are those of a tenant that has a topic of one partition, a service account
    "app" and two keys; ``names`` replaces some, ``body`` and ``query`` are the request's. A name in
    braces in a text of ``body`` is replaced too.
    """

    method: str
    path: str
    right: Right
    status: int = 200
    query: str = ""
    body: Any = None
    names: dict[str, str] = field(default_factory=dict)
    operators: bool = False
    """Operators may too, though they are not members."""
    foreign: int = 404
    """What another tenant's administrator gets where a tenant is named."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
