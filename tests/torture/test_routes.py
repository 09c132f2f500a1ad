"""Which routes cut links are, and which addresses a service may have."""

import pytest

from tests.torture.network.links import OTHERS, POSTGRES, Link, both
from tests.torture.network.namespaces.routes import changes, routes
from tests.torture.network.namespaces.subnet import ALL, Subnet, free

ADDRESSES = {"1": "198.18.0.1", "2": "198.18.0.2", POSTGRES: "198.18.0.251"}


def test_a_link_is_cut_where_its_packets_are_sent_and_nowhere_else() -> None:
    assert routes([Link("1", "2"), Link("1", POSTGRES)]) == {"1": frozenset({"2", POSTGRES})}
    assert routes(both("1", "2")) == {"1": frozenset({"2"}), "2": frozenset({"1"})}
    assert routes([]) == {}


def test_only_what_changes_is_done() -> None:
    before, after = routes(both("1", "2")), routes([Link("2", "1"), Link(POSTGRES, "1")])
    assert changes(before, after, ADDRESSES) == {
        "1": ["route delete 198.18.0.2/32 dev trouble"],
        POSTGRES: ["route add 198.18.0.1/32 dev trouble src 198.18.0.251"],
    }
    assert changes(after, after, ADDRESSES) == {}


def test_healing_takes_every_route_away() -> None:
    links = [*both("1", "2"), *both("1", POSTGRES)]
    made = changes({}, routes(links), ADDRESSES)
    unmade = changes(routes(links), {}, ADDRESSES)
    assert made.keys() == unmade.keys() == ADDRESSES.keys()
    for end, lines in made.items():
        assert [line.replace("add", "delete").split(" src ")[0] for line in lines] == unmade[end]


def test_addresses_and_the_device_s_name() -> None:
    subnet = Subnet(511)
    assert (subnet.address("1"), subnet.address("100")) == ("198.19.255.1", "198.19.255.100")
    assert (subnet.address(POSTGRES), subnet.address(OTHERS)) == (
        "198.19.255.251",
        "198.19.255.254",
    )
    assert len(subnet.device) <= 15


@pytest.mark.parametrize(
    ("destinations", "taken"),
    [
        (["default", "192.0.2.0/24", "127.0.0.1"], set()),
        (["198.18.0.0/24", "198.18.2.254"], {0, 2}),
        (["198.18.0.0/16"], set(range(256))),
        (["0.0.0.0/1", "128.0.0.0/1"], set(range(512))),
    ],
)
def test_where_something_leads_nobody_is_put(destinations: list[str], taken: set[int]) -> None:
    assert set(range(len(ALL))) - set(free(destinations)) == taken
