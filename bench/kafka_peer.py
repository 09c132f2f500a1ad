"""Apache Kafka: one KRaft node, broker and controller in one process, defaults otherwise."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.kafka_jars import KAFKA_VERSION, kafka_class_path
from bench.peer import Peer, free_port, wait_for_broker

_PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
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


@contextmanager
def apache_kafka(folder: Path) -> Iterator[list[Peer]]:
    class_path = kafka_class_path()
    port, controller_port = free_port(), free_port()
    properties = folder / "kafka.properties"
    properties.write_text(
        _PROPERTIES.format(port=port, controller_port=controller_port, logs=folder / "kafka")
    )
    java = ["java", "-cp", class_path]
    tool = [*java, "kafka.tools.StorageTool"]
    cluster = subprocess.run([*tool, "random-uuid"], capture_output=True, text=True, check=True)
    format_log = [*tool, "format", "-t", cluster.stdout.split()[-1], "-c", str(properties)]
    subprocess.run(format_log, capture_output=True, check=True)
    server = [*java[:1], "-Xms1G", "-Xmx1G", *java[1:], "kafka.Kafka", str(properties)]
    with (folder / "kafka.out").open("wb") as out:
        # The heap that Kafka's own start script gives.
        process = subprocess.Popen(
            server, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C"}
        )
    try:
        config = {"bootstrap.servers": f"127.0.0.1:{port}"}
        wait_for_broker(config, "Apache Kafka")
        yield [Peer("kafka", KAFKA_VERSION, config, [process.pid], "KRaft, 1 GiB heap, no fsync")]
    finally:
        process.terminate()
        process.wait(60)
