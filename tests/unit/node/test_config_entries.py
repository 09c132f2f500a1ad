"""Configs of a broker as tenants are shown them."""

import pytest

from brokers.kernel.ids import BrokerId, Incarnation, TenantId
from brokers.metadata.records import BrokerRecord, TenantRecord
from brokers.node.config_entries import broker_entries

TENANT = TenantRecord(TenantId("acme"), "acme", "lkc-234567")


@pytest.mark.parametrize(
    ("protocol", "host", "shown"),
    [
        ("SASL_PLAINTEXT", "kafka.example.org", "SASL_PLAINTEXT://kafka.example.org:9092"),
        ("SASL_SSL", "10.0.0.1", "SASL_SSL://10.0.0.1:9092"),
        ("SASL_SSL", "2001:db8::1", "SASL_SSL://[2001:db8::1]:9092"),
    ],
)
def test_the_advertised_listener_reads_as_kafkas(protocol, host, shown):
    broker = BrokerRecord(BrokerId(1), Incarnation(1), host, 9092, "internal", 19092, "volume")
    entries = {entry.name: entry for entry in broker_entries(broker, TENANT, protocol, 3)}
    assert entries["advertised.listeners"].value == shown
    assert entries["default.replication.factor"].value == "3"


def test_entries_come_by_name():
    broker = BrokerRecord(BrokerId(1), Incarnation(1), "host", 9092, "internal", 19092, "volume")
    names = [entry.name for entry in broker_entries(broker, TENANT, "SASL_SSL", 3)]
    assert names == sorted(names)
