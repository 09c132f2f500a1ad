"""What ``up`` will do: its arguments, then what the folder used last, then defaults."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streaming.cell.defaults import (
    DEFAULT_BROKERS,
    DEFAULT_CONNECT_WORKERS,
    DEFAULT_HTTP_PORT,
    DEFAULT_KAFKA_PORT,
    INTERNAL_PORT_OFFSET,
    LOOPBACK,
    MAX_BROKERS,
    MAX_CONNECT_WORKERS,
    METRICS_PORT_OFFSET,
    PORT_MAX,
)
from streaming.cell.failure import Failure


@dataclass(frozen=True, slots=True)
class Options:
    """The arguments of ``up``; None where nothing was said."""

    data_dir: Path
    http_port: int | None = None
    kafka_port: int | None = None
    brokers: int | None = None
    connect_workers: int | None = None
    host: str | None = None
    advertised_host: str | None = None
    tls: bool = False
    internal_tls: bool | None = None
    demo: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What will run. Every value is usable; whether the ports are free is another question."""

    http_port: int
    kafka_port: int
    brokers: int
    connect_workers: int
    bind_host: str
    advertised_host: str
    tls: bool
    internal_tls: bool
    demo: bool

    def listeners(self) -> list[tuple[str, int, str]]:
        """Every port to listen on as (address, port, the option that moves it)."""
        internal, metrics = INTERNAL_PORT_OFFSET, METRICS_PORT_OFFSET
        found = [(self.bind_host, self.http_port, "--http-port")]
        for first in range(self.kafka_port, self.kafka_port + self.brokers):
            found += [
                (self.bind_host, first, "--kafka-port"),
                (LOOPBACK, first + internal, "--kafka-port"),
                (LOOPBACK, first + metrics, "--kafka-port"),
            ]
        return found


def resolve(options: Options, recorded: Mapping[str, Any]) -> Plan:
    """Fill in what was not said; raises ``Failure`` for what cannot be."""
    bind_host = options.host or recorded.get("bind_host", LOOPBACK)
    plan = Plan(
        http_port=_first(options.http_port, recorded.get("http_port"), DEFAULT_HTTP_PORT),
        kafka_port=_first(options.kafka_port, recorded.get("kafka_port"), DEFAULT_KAFKA_PORT),
        brokers=_first(options.brokers, recorded.get("brokers"), DEFAULT_BROKERS),
        connect_workers=_first(
            options.connect_workers, recorded.get("connect_workers"), DEFAULT_CONNECT_WORKERS
        ),
        bind_host=bind_host,
        advertised_host=_advertised(options, recorded, bind_host),
        tls=options.tls or bool(recorded.get("tls", False)),
        internal_tls=_internal_tls(options, recorded),
        demo=options.demo,
    )
    _check_brokers(plan, recorded)
    _check_connect_workers(plan)
    _check_ports(plan)
    _check_exposure(plan)
    return plan


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


def _advertised(options: Options, recorded: Mapping[str, Any], bind_host: str) -> str:
    if options.advertised_host:
        return options.advertised_host
    if options.host is None and recorded.get("advertised_host"):
        return str(recorded["advertised_host"])
    if is_loopback(bind_host):
        return bind_host
    raise Failure(
        f"--host {bind_host} lets others connect; say with --advertised-host by which name or "
        "address they reach this machine."
    )


def _internal_tls(options: Options, recorded: Mapping[str, Any]) -> bool:
    if options.internal_tls is None:
        return bool(recorded.get("internal_tls", False))
    return options.internal_tls


def _check_brokers(plan: Plan, recorded: Mapping[str, Any]) -> None:
    if not 1 <= plan.brokers <= MAX_BROKERS:
        raise Failure(f"--brokers is {plan.brokers}; it must be from 1 to {MAX_BROKERS}.")
    before = int(recorded.get("brokers", 0))
    if plan.brokers < before:
        raise Failure(
            f"This data folder has {before} brokers with partitions on each; --brokers "
            f"{plan.brokers} would leave some without their broker. Give {before} or more."
        )


def _check_connect_workers(plan: Plan) -> None:
    if not 0 <= plan.connect_workers <= MAX_CONNECT_WORKERS:
        raise Failure(
            f"--connect-workers is {plan.connect_workers}; it must be from 0, for a service whose "
            f"connectors do not run on this machine, to {MAX_CONNECT_WORKERS}."
        )


def _check_ports(plan: Plan) -> None:
    ports = [port for _, port, _ in plan.listeners()]
    for _, port, option in plan.listeners():
        if not 1 <= port <= PORT_MAX:
            raise Failure(
                f"{option} leads to port {port}; ports go from 1 to {PORT_MAX}, and the brokers "
                f"use up to {METRICS_PORT_OFFSET + plan.brokers - 1} above --kafka-port."
            )
    if len(set(ports)) != len(ports):
        raise Failure(
            f"--http-port {plan.http_port} is one of the brokers' ports, which follow --kafka-port "
            f"{plan.kafka_port}. Choose another."
        )


def _check_exposure(plan: Plan) -> None:
    if not is_loopback(plan.bind_host) and not plan.tls:
        raise Failure(
            f"--host {plan.bind_host} lets others connect, and passwords would cross the network "
            "in the clear. Add --tls."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
