"""Addresses of clients, as what one host can come from."""

import ipaddress


def network_of(address: str) -> str:
    """What one host can come from: of IPv6 that is a whole /64, and an address of IPv4
    that is written as one of IPv6 (RFC 4291, 2.5.5.2) is that of IPv4.

    Asked several times for each login, of floods too, so what has no colon is not parsed.
    """
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if (mapped := parsed.ipv4_mapped) is not None:
        return str(mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
