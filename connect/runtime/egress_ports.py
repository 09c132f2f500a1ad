"""Which ports a tenant's connector may reach, of addresses that it may reach. Pure.

A connector that may speak to any port of the internet is of use to others than its owner: to send
mail from the operator's address, to try passwords, to speak a protocol that takes a record's bytes
for commands. Databases and search engines of other people listen anywhere above 1023, so what is
open by default is the web's two ports and those, but for the ones that browsers refuse too.

Source: https://fetch.spec.whatwg.org/#port-blocking
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LAST: Final = 65_535
_FIRST_OF_USERS: Final = 1_024
"""RFC 6335: below are the system ports, of mail, name, log-in and file services."""
_WEB: Final = frozenset({80, 443})
_REFUSED_BY_BROWSERS: Final = frozenset(
    {
        1719, 1720, 1723,  # H.323, PPTP
        2049, 3659, 4045,  # NFS, a password server, NFS' lock manager
        4190,  # rules for mail
        5060, 5061,  # SIP
        6000, 6566,  # X11, scanners
        *range(6665, 6670), 6679, 6697,  # IRC
        10080,  # backups
    }
)  # fmt: skip
_MAIL: Final = frozenset({2525})
"""Taken for submission by hosted mail services, where a provider has closed 25 and 587."""


@dataclass(frozen=True, slots=True)
class EgressPorts:
    allowed: frozenset[int]

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "EgressPorts":
        """``["443", "9200-9300"]``; what stands here is all that is open. None: the default.

        Raises:
            ValueError: an entry is neither a port nor a range of ports.
        """
        found: set[int] = set()
        for entry in (text.strip() for text in entries):
            if entry:
                found.update(_ports(entry))
        return cls(frozenset(found)) if found else DEFAULT

    def __contains__(self, port: int) -> bool:
        return port in self.allowed


def _ports(entry: str) -> range:
    first, dash, last = entry.partition("-")
    texts = [first, last] if dash else [first, first]
    if all(each.isascii() and each.isdigit() for each in texts):
        low, high = map(int, texts)
        if 1 <= low <= high <= LAST:
            return range(low, high + 1)
    raise ValueError(f"{entry!r} is neither a port (443) nor a range of ports (9200-9300)")


DEFAULT: Final = EgressPorts(
    frozenset({*_WEB, *range(_FIRST_OF_USERS, LAST + 1)} - _REFUSED_BY_BROWSERS - _MAIL)
)
