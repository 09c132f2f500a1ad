"""Which addresses a tenant's connector may reach. Pure: it resolves nothing and connects nowhere.

A connector's target is text that a tenant wrote, and the connector runs inside the operator's
network: unchecked, it would read cloud credentials off the metadata service or talk to the
service's own database (server-side request forgery). What is not plainly on the public internet
is therefore refused, unless the operator allows it.

Sources: the IANA special-purpose address registries (RFC 6890 and successors), RFC 6052 and 8215
(NAT64), RFC 3056 (6to4), RFC 4380 (Teredo), RFC 5214 (ISATAP).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

AnyAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NEVER_BY_NAME: Final = frozenset(
    {"link-local", "cloud metadata", "multicast", "unspecified", "reserved", "broadcast"}
)
"""What a pattern of host names does not open: whoever writes a name's DNS entry would choose it."""

_METADATA: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "169.254.169.254/32",  # AWS, GCP, Azure, OpenStack, DigitalOcean
        "169.254.170.2/32",  # AWS ECS task credentials
        "168.63.129.16/32",  # Azure's host agent, a public address
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "fd00:ec2::/32",  # AWS: metadata, DNS and time over IPv6
        "fd20:ce::254/128",  # GCP over IPv6
    )
)

_SPECIAL: Final[tuple[tuple[Network, str], ...]] = tuple(
    (ip_network(text), what)
    for text, what in (
        ("0.0.0.0/32", "unspecified"),
        ("0.0.0.0/8", "this network"),  # Linux takes 0.x.y.z for the host itself
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "reserved"),  # AS112
        ("192.52.193.0/24", "reserved"),  # AMT
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved"),  # AS112
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2620:4f:8000::/48", "reserved"),  # AS112
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),  # site-local, deprecated and still routed by some
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_HOST_PATTERN: Final = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """The operator's exceptions from the rule.

    ``networks`` opens addresses, whatever name led to them. ``hosts`` opens names (exact, or
    ``*.example.org`` for everything below it) whatever private address they lead to; metadata,
    link-local, multicast and reserved addresses need a network.
    """

    networks: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "EgressPolicy":
        """``["10.1.0.0/16", "192.0.2.7", "search.internal", "*.db.internal"]`` as a policy.

        Raises:
            ValueError: an entry is neither a network, an address nor a pattern of a host name.
        """
        networks: list[Network] = []
        hosts: list[str] = []
        for entry in (text.strip().lower() for text in entries):
            if not entry:
                continue
            try:
                networks.append(ip_network(entry))
            except ValueError as error:
                looks_numeric = "/" in entry or ":" in entry or re.fullmatch(r"[\d.]+", entry)
                if looks_numeric or not _HOST_PATTERN.fullmatch(entry):
                    raise ValueError(
                        f"{entry!r} is neither a network (10.1.0.0/16), an address nor a host "
                        "(search.internal, *.internal)"
                    ) from error
                hosts.append(entry)
        return cls(tuple(networks), tuple(hosts))

    def refusal(self, host: str, ip: str, *, own: bool = False) -> str | None:
        """Why a connection for ``host`` to its address ``ip`` is refused; None when it is allowed.

        Args:
            host: the name that the tenant wrote, or an address as text.
            ip: one address that the name resolved to.
            own: the address is one of this machine's.
        """
        try:
            address = ip_address(ip)
        except ValueError:
            return "not an address"
        # A zone picks one of our interfaces: nothing public needs one.
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return "link-local"
        meant = carried(address)
        what = kind(meant) or ("this machine's own" if own else None)
        if what is None or self._network_allows((address, *meant)):
            return None
        if what not in _NEVER_BY_NAME and self._host_allowed(host):
            return None
        return what

    def _network_allows(self, addresses: Sequence[AnyAddress]) -> bool:
        """All that the address means must be allowed but its own outer form, or that form itself.

        ``2002:a00:1::`` is let through by ``10.0.0.0/8`` and by ``2002:a00:1::/48``.
        """
        outer, *meant = addresses
        return self._in_a_network(outer) or all(self._in_a_network(one) for one in meant)

    def _in_a_network(self, address: AnyAddress) -> bool:
        return any(address in net for net in self.networks if net.version == address.version)

    def _host_allowed(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        return any(
            name == pattern or (pattern.startswith("*.") and name.endswith(pattern[1:]))
            for pattern in self.hosts
        )


def carried(address: AnyAddress) -> tuple[AnyAddress, ...]:
    """The addresses that a connection to ``address`` can end at: itself, or the IPv4 addresses
    inside it where a translator or tunnel would take them out."""
    if isinstance(address, IPv4Address):
        return (address,)
    low, high = int(address) & 0xFFFFFFFF, (int(address) >> 80) & 0xFFFFFFFF
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (IPv4Address(low),)
    inside: list[AnyAddress] = [address]
    if address in _SIX_TO_FOUR:
        inside = [IPv4Address(high)]
    if (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE:  # ISATAP: an interface id of 0[2]00:5efe:v4
        inside.append(IPv4Address(low))
    return tuple(inside)


def ends(ip: str) -> tuple[str, ...]:
    """As ``carried``, of text and as text; ``ip`` itself where it is no address."""
    try:
        return tuple(str(each) for each in carried(ip_address(ip)))
    except ValueError:
        return (ip,)


def kind(meant: Sequence[AnyAddress]) -> str | None:
    """What makes one of these addresses special; None when all are plain public ones."""
    for address in meant:
        if any(address in net for net in _METADATA if net.version == address.version):
            return "cloud metadata"
        for network, what in _SPECIAL:
            if network.version == address.version and address in network:
                return what
        if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
            return "reserved"
    return None
