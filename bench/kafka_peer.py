"""Apache Kafka: KRaft nodes, each broker and controller in one process, defaults otherwise."""

import os
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.kafka_jars import BRIEF, KAFKA_VERSION, kafka_class_path
from bench.peer import Peer, free_port, wait_for_broker

_PROPERTIES = """process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
"""
_CLUSTER = urlsafe_b64encode(b"headwater's peer").decode().rstrip("=")


@contextmanager
def apache_kafka(folder: Path, brokers: int, options: Sequence[str] = ()) -> Iterator[list[Peer]]:
    """``options``: of the servers' virtual machines, where Kafka's own defaults do not count."""
    java = ["java", *options, "-cp", kafka_class_path()]
    tool = ["java", *BRIEF, "-cp", java[-1], "kafka.tools.StorageTool"]
    ports = {node: free_port() for node in range(1, brokers + 1)}
    controllers = {node: free_port() for node in ports}
    with ExitStack() as running:
        pids = []
        for node, port in ports.items():
            properties = folder / f"kafka-{node}.properties"
            properties.write_text(
                _PROPERTIES.format(
                    node=node,
                    voters=_voters(controllers),
                    port=port,
                    controller_port=controllers[node],
                    logs=folder / f"kafka-{node}",
                )
            )
            format_log = [*tool, "format", "-t", _CLUSTER, "-c", str(properties)]
            subprocess.run(format_log, capture_output=True, check=True)
            pids.append(running.enter_context(_server(java, properties)))
        config = {"bootstrap.servers": ",".join(f"127.0.0.1:{port}" for port in ports.values())}
        wait_for_broker(config, "Apache Kafka")
        notes = f"{brokers} KRaft nodes, 1 GiB heap each, no fsync"
        configs = {"min.insync.replicas": str(min(2, brokers))}
        yield [Peer("kafka", KAFKA_VERSION, config, pids, notes, configs, brokers)]


def _voters(controllers: Mapping[int, int]) -> str:
    return ",".join(f"{node}@127.0.0.1:{port}" for node, port in controllers.items())


@contextmanager
def _server(java: list[str], properties: Path) -> Iterator[int]:
    # The heap that Kafka's own start script gives.
    server = [*java[:1], "-Xms1G", "-Xmx1G", *java[1:], "kafka.Kafka", str(properties)]
    with properties.with_suffix(".out").open("wb") as out:
        process = subprocess.Popen(
            server, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C"}
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)
