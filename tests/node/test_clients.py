"""Unmodified client libraries against one node: log in, produce, consume, administer."""

import datetime
import ipaddress
import socket
import ssl
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as AioTopicPartition
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kafka import KafkaConsumer, KafkaProducer
from kafka import TopicPartition as PythonTopicPartition

from brokers.node.config import ListenerConfig, TlsFiles
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running

MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
VALUES = [b"value %d" % number for number in range(500)]


def _librdkafka(world, mechanism: str = "PLAIN") -> dict:
    return world.node.login(world.key).librdkafka(mechanism)


def _consume(config: dict, topic: str, count: int) -> list[bytes]:
    consumer = Consumer({**config, "group.id": "g", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    values: list[bytes] = []
    while len(values) < count:
        messages = consumer.consume(count, 60)
        assert messages, f"only {len(values)} of {count} records came"
        assert not [m.error() for m in messages if m.error()]
        values += [message.value() for message in messages]
    consumer.close()
    return values


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize(
    "settings",
    [{"acks": 0}, {"acks": 1, "linger.ms": 0}, {"enable.idempotence": True},
     {"acks": "all", "compression.type": "zstd"}],
    ids=["acks0", "acks1", "idempotent", "zstd"],
)  # fmt: skip
def test_confluent_kafka(world, topic, mechanism, settings):
    config = _librdkafka(world, mechanism)
    producer = Producer({**config, **settings})
    errors: list[object] = []
    for value in VALUES:
        producer.produce(
            topic.name, value, partition=0, on_delivery=lambda e, _: e and errors.append(e)
        )
    assert producer.flush(60) == 0
    assert not errors
    assert _consume(config, topic.name, len(VALUES)) == VALUES


def test_confluent_kafka_administers(world):
    admin = AdminClient(_librdkafka(world))
    admin.create_topics([NewTopic("by-admin", 3, 1, config={"retention.ms": "1000"})])[
        "by-admin"
    ].result(60)
    assert len(admin.list_topics("by-admin", timeout=10).topics["by-admin"].partitions) == 3
    admin.delete_topics(["by-admin"])["by-admin"].result(60)
    assert "by-admin" not in admin.list_topics(timeout=60).topics


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_kafka_python(world, topic, mechanism):
    config = world.node.login(world.key).python(mechanism)
    producer = KafkaProducer(**config, compression_type="gzip")
    for value in VALUES:
        producer.send(topic.name, value, partition=0)
    producer.flush(60)
    producer.close()
    consumer = KafkaConsumer(**config, consumer_timeout_ms=10_000)
    partition = PythonTopicPartition(topic.name, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    values = [next(consumer).value for _ in VALUES]
    consumer.close()
    assert values == VALUES


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("idempotent", [False, True])
async def test_aiokafka(world, topic, mechanism, idempotent):
    config = world.node.login(world.key).python(mechanism)
    async with AIOKafkaProducer(**config, enable_idempotence=idempotent) as producer:
        for value in VALUES:
            await producer.send(topic.name, value, partition=0)
        await producer.flush()
    async with AIOKafkaConsumer(**config) as consumer:
        partition = AioTopicPartition(topic.name, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        values = [(await consumer.getone()).value for _ in VALUES]
    assert values == VALUES


def _certificate(folder) -> TlsFiles:
    """A self-signed certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node under test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = TlsFiles(folder / "server.pem", folder / "server.key")
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


async def test_tls(tmp_path):
    tls = _certificate(tmp_path)
    cell = MemoryCell()
    tenant = cell.add_tenant()
    key = cell.add_key(tenant)
    external = ListenerConfig("127.0.0.1", 0, "127.0.0.1", 0, tls)
    with running(cell, node_config(tmp_path / "volume", external=external)) as node:
        cell.add_topic(tenant.id, "t")
        login = replace(node.login(key), security_protocol="SASL_SSL")
        config = login.librdkafka(**{"ssl.ca.location": str(tls.certificate)})
        values = [bytes(700_000), b"small", bytes(900_000), b"end"]
        producer = Producer({**config, "linger.ms": 0})
        for value in values:
            producer.produce("t", value, partition=0)
        assert producer.flush(60) == 0
        assert _consume(config, "t", len(values)) == values
        context = ssl.create_default_context(cafile=str(tls.certificate))
        async with AIOKafkaProducer(
            bootstrap_servers=node.bootstrap, security_protocol="SASL_SSL", ssl_context=context,
            sasl_mechanism="SCRAM-SHA-512", sasl_plain_username=key[0], sasl_plain_password=key[1],
        ) as other:  # fmt: skip
            await other.send_and_wait("t", b"by aiokafka", partition=0)
            # The certificate is replaced: open connections go on, the next handshake has the new.
            _certificate(tmp_path)
            await other.send_and_wait("t", b"after it", partition=0)
        new = ssl.create_default_context(cafile=str(tls.certificate))
        with (
            socket.create_connection(("127.0.0.1", node.port), 10) as plain,
            new.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
        ):
            assert secured.version() == "TLSv1.3"
