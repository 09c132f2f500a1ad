"""What `up` makes of its arguments, of what the folder used before, and of nonsense."""

from pathlib import Path

import pytest

from streaming.cell.failure import Failure
from streaming.cell.plan import Options, resolve


def plan(recorded=None, **options):
    return resolve(Options(Path("data"), **options), recorded or {})


def test_defaults_are_loopback_three_brokers_and_kafkas_own_port():
    made = plan()

    assert (made.http_port, made.kafka_port, made.brokers) == (8000, 9092, 3)
    assert (made.bind_host, made.advertised_host, made.tls, made.demo) == (
        *("127.0.0.1", "127.0.0.1"),
        *(False, True),
    )


def test_a_folder_keeps_its_ports_and_brokers_until_told_otherwise():
    recorded = {"http_port": 18000, "kafka_port": 19092, "brokers": 5}

    assert plan(recorded).kafka_port == 19092
    assert plan(recorded).brokers == 5
    assert plan(recorded, kafka_port=29092).kafka_port == 29092
    assert plan(recorded, kafka_port=29092).http_port == 18000


def test_connect_workers_may_be_more_again_fewer_and_none():
    assert plan().connect_workers == 1
    assert plan({"connect_workers": 3}).connect_workers == 3
    assert plan({"connect_workers": 3}, connect_workers=0).connect_workers == 0


def test_internal_tls_stays_until_it_is_taken_back():
    assert plan().internal_tls is False
    assert plan(internal_tls=True).internal_tls
    assert plan({"internal_tls": True}).internal_tls
    assert not plan({"internal_tls": True}, internal_tls=False).internal_tls


def test_every_listener_follows_the_kafka_port():
    ports = {port for _, port, _ in plan(kafka_port=20000, brokers=2).listeners()}

    assert ports == {8000, 20000, 20001, 20100, 20101, 20200, 20201}


def test_only_the_clients_listeners_leave_loopback():
    made = plan(host="0.0.0.0", advertised_host="streams.example", tls=True, brokers=1)

    assert [(host, port) for host, port, _ in made.listeners()] == [
        ("0.0.0.0", 8000),
        ("0.0.0.0", 9092),
        ("127.0.0.1", 9192),
        ("127.0.0.1", 9292),
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": "0.0.0.0"}, "--advertised-host"),
        ({"host": "0.0.0.0", "advertised_host": "streams.example"}, "--tls"),
        ({"host": "::", "advertised_host": "streams.example"}, "--tls"),
        ({"kafka_port": 65400}, "--kafka-port leads to port 65600"),
        ({"http_port": 0}, "--http-port leads to port 0"),
        ({"http_port": 9093}, "--http-port 9093 is one of the brokers' ports"),
        ({"brokers": 0}, "--brokers is 0"),
        ({"brokers": 101}, "--brokers is 101"),
        ({"connect_workers": -1}, "--connect-workers is -1"),
        ({"connect_workers": 33}, "--connect-workers is 33"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_option(options, words):
    with pytest.raises(Failure) as refused:
        plan(**options)
    assert words in str(refused.value)


def test_brokers_are_never_taken_away_from_their_partitions():
    with pytest.raises(Failure) as refused:
        plan({"brokers": 3}, brokers=2)
    assert "3 brokers with partitions" in str(refused.value)
    assert plan({"brokers": 3}, brokers=4).brokers == 4


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_neither_tls_nor_another_name(host):
    assert plan(host=host).advertised_host == host
