"""Addresses of clients, as what one host can come from."""

import ipaddress


def network_of(address: str) -> str:
    """What one host can come from: of IPv6 that is a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
