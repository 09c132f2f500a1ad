"""The policy of addresses: what is not plainly public is refused, in every disguise."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connect.runtime.egress_policy import EgressPolicy

NOTHING = EgressPolicy()
ANY_V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
SPECIAL_V4 = st.sampled_from(
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ]
).flatmap(
    lambda text: st.integers(0, ip_network(text).num_addresses - 1).map(
        lambda n: IPv4Address(int(ip_network(text).network_address) + n)
    )
)


def disguises(address: IPv4Address) -> list[IPv6Address]:
    """Every way in which an IPv6 address can lead to an IPv4 one."""
    n = int(address)
    return [
        IPv6Address(0xFFFF << 32 | n),
        IPv6Address(0x64FF9B << 96 | n),
        IPv6Address(0x2002 << 112 | n << 80),
        IPv6Address(0x2002 << 112 | n << 80 | 0x5EFE << 32 | n),
        IPv6Address(0x2A00 << 112 | 0x5EFE << 32 | n),
        IPv6Address(0x2A00 << 112 | 0x02005EFE << 32 | n),
    ]


@pytest.mark.parametrize(
    ("ip", "what"),
    [
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("10.2.3.4", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("fd12::1", "private"),
        ("fec0::1", "private"),
        ("169.254.1.1", "link-local"),
        ("fe80::1", "link-local"),
        ("2a00::1%eth0", "link-local"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("169.254.169.254", "cloud metadata"),
        ("168.63.129.16", "cloud metadata"),
        ("100.100.100.200", "cloud metadata"),
        ("fd00:ec2::254", "cloud metadata"),
        ("::ffff:169.254.169.254", "cloud metadata"),
        ("64:ff9b::a9fe:a9fe", "cloud metadata"),
        ("2002:a9fe:a9fe::1", "cloud metadata"),
        ("::7f00:1", "reserved"),
        ("64:ff9b:1::1", "local NAT64"),
        ("2001:0:1::1", "Teredo"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("0.1.2.3", "this network"),
        ("255.255.255.255", "broadcast"),
        ("4000::1", "reserved"),
        ("localhost", "not an address"),
        ("0x7f000001", "not an address"),
    ],
)
def test_special_addresses_are_refused_with_their_kind(ip: str, what: str) -> None:
    assert NOTHING.refusal("target.example", ip) == what


@pytest.mark.parametrize("ip", ["8.8.8.8", "172.32.0.1", "2a00:1450:4001::8", "64:ff9b::808:808"])
def test_public_addresses_are_allowed(ip: str) -> None:
    assert NOTHING.refusal("target.example", ip) is None


def test_this_machine_s_public_address_is_refused_unless_its_network_is_allowed() -> None:
    assert NOTHING.refusal("x.example", "8.8.8.8", own=True) == "this machine's own"
    assert EgressPolicy.parse(["8.8.8.8"]).refusal("x.example", "8.8.8.8", own=True) is None


@given(ANY_V4 | SPECIAL_V4)
@example(IPv4Address("169.254.169.254"))
def test_no_disguise_changes_the_answer(address: IPv4Address) -> None:
    plain = NOTHING.refusal("x.example", str(address))
    answers = {NOTHING.refusal("x.example", str(other)) for other in disguises(address)}
    assert answers == {plain}


@given(ANY_V4 | SPECIAL_V4 | st.integers(0, 2**128 - 1).map(IPv6Address))
def test_what_the_standard_library_holds_for_not_global_is_refused(
    address: IPv4Address | IPv6Address,
) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        translated = address in ip_network("64:ff9b::/96") if address.version == 6 else False
        assert translated or NOTHING.refusal("x.example", str(address)) is not None


@given(SPECIAL_V4)
def test_an_allowed_network_opens_its_addresses_and_their_disguises(address: IPv4Address) -> None:
    policy = EgressPolicy.parse([f"{address}/32"])
    assert policy.refusal("x.example", str(address)) is None
    for other in disguises(address)[:4]:
        assert policy.refusal("x.example", str(other)) is None
    neighbour = IPv4Address(int(address) ^ 1)
    assert policy.refusal("x.example", str(neighbour)) == NOTHING.refusal("", str(neighbour))


@pytest.mark.parametrize(
    ("host", "ip", "allowed"),
    [
        ("db.internal", "10.0.0.1", True),
        ("DB.internal.", "10.0.0.1", True),
        ("a.b.lan", "127.0.0.1", True),
        ("lan", "10.0.0.1", False),
        ("evillan", "10.0.0.1", False),
        ("db.internal.evil.example", "10.0.0.1", False),
        ("xdb.internal", "10.0.0.1", False),
        ("db.internal", "169.254.169.254", False),
        ("db.internal", "::ffff:169.254.169.254", False),
        ("db.internal", "fe80::1", False),
        ("db.internal", "224.0.0.1", False),
    ],
)
def test_an_allowed_host_opens_private_addresses_and_no_metadata(
    host: str, ip: str, allowed: bool
) -> None:
    policy = EgressPolicy.parse(["db.internal", " *.LAN "])
    assert (policy.refusal(host, ip) is None) is allowed


@pytest.mark.parametrize(
    "entry", ["10.0.0.1/8", "10.0.0.0/40", "10.0.0", "*", "*.*.x", "a b", "http://x", "x:80", "-x"]
)
def test_an_entry_that_would_mean_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a network"):
        EgressPolicy.parse([entry])


def test_empty_entries_are_left_out() -> None:
    assert EgressPolicy.parse(["", " "]) == NOTHING
