"""Which ports connectors may reach."""

import pytest

from connect.runtime.egress import CheckedEgress
from connect.runtime.egress_policy import EgressPolicy
from connect.runtime.egress_ports import DEFAULT, EgressPorts
from connect.spi.errors import EgressRefused

PUBLIC = ["8.8.8.8"]


@pytest.mark.parametrize("port", [80, 443, 1433, 3306, 5432, 8443, 9200, 12_691, 65_535])
def test_where_data_services_listen_is_open(port: int) -> None:
    assert port in DEFAULT


@pytest.mark.parametrize(
    "port", [0, 1, 21, 22, 23, 25, 53, 110, 389, 445, 465, 587, 873, 1023, 2049, 2525, 6000, 6667]
)
def test_mail_log_ins_and_file_services_are_not(port: int) -> None:
    assert port not in DEFAULT


def test_an_operator_names_all_that_is_open() -> None:
    found = EgressPorts.parse(["443", " 9200-9202 ", "25", ""])
    assert found.allowed == {25, 443, 9200, 9201, 9202}
    assert EgressPorts.parse([]) == EgressPorts.parse(["", " "]) == DEFAULT


@pytest.mark.parametrize(
    "entry", ["0", "65536", "-1", "9-", "-", "9300-9200", "https", "1-2-3", "1.5", "443:80", "８"]
)
def test_an_entry_that_would_mean_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a port"):
        EgressPorts.parse([entry])


def test_a_port_is_refused_before_its_name_is_looked_up() -> None:
    asked: list[str] = []

    def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return PUBLIC

    with pytest.raises(EgressRefused, match=r"port 25 .*HEADWATER_CONNECT_PORTS"):
        CheckedEgress(EgressPolicy(), lookup).resolve("mail.example", 25)
    assert asked == []
    open_to_mail = CheckedEgress(EgressPolicy(), lookup, ports=EgressPorts.parse(["25"]))
    assert open_to_mail.resolve("mail.example", 25)[0].port == 25
    with pytest.raises(EgressRefused, match="port 443 "):
        open_to_mail.resolve("mail.example", 443)


def test_an_opened_address_has_no_other_ports() -> None:
    egress = CheckedEgress(
        EgressPolicy.parse(["10.0.0.0/8", "db.internal"]), lambda *_: ["10.0.0.1"]
    )
    assert egress.resolve("db.internal", 5432)
    with pytest.raises(EgressRefused, match="port 22 "):
        egress.resolve("db.internal", 22)
