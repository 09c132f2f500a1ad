"""What ``up`` says when the service answers: where, as whom, and four ways to read a record."""

import sys
import time
from collections.abc import Callable

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from streaming.cell.instance import Instance
from streaming.cell.progress import Progress
from streaming.demo.access import read_access
from streaming.demo.snippets import snippets

FIRST_RECORD_TIMEOUT_S = 60.0


def wait_for_first_record(
    instance: Instance, progress: Progress, watch: Callable[[], object]
) -> None:
    """Read the demo's first record as any client would, and say how long it took to get there."""
    deadline = time.monotonic() + FIRST_RECORD_TIMEOUT_S
    while (access := read_access(instance)) is None:
        watch()
        if time.monotonic() > deadline:
            log = instance.data_dir / "logs" / "demo-feed.log"
            progress.say(f"  The demo is not there yet; {log} says why.")
            return
        time.sleep(0.05)
    settings: dict[str, str | int | bool] = {
        "bootstrap.servers": instance.bootstrap_servers,
        "security.protocol": instance.security_protocol,
        "sasl.mechanism": "PLAIN",
        "sasl.username": access.api_key,
        "sasl.password": access.api_secret,
        "log_level": 0,
    }
    if instance.tls_files is not None:
        settings["ssl.ca.location"] = str(instance.tls_files.authority)
    if _reads_a_record(settings, access.topic, deadline, watch):
        progress.say(f"  first record consumed after {progress.elapsed_s:25.1f} s in all")
    else:
        progress.say("  No record of the demo could be read yet; its feed is still starting.")


def say_how_to_reach(instance: Instance, progress: Progress) -> None:
    """Print the addresses and, with a demo, the login and the snippets."""
    lines = [
        "",
        f"Console            {instance.http_url}",
        f"Bootstrap servers  {instance.bootstrap_servers} ({instance.security_protocol})",
        *_failure_domains(instance),
    ]
    if instance.tls_files is not None:
        lines.append(f"Trust              {instance.tls_files.authority}")
    access = read_access(instance) if instance.demo else None
    if access is not None:
        lines.append(f"Login              {access.login}  password {access.password}")
        for name, command in snippets(access, instance).items():
            lines += ["", f"# {name}", command]
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()
    progress.say("Ctrl-C stops everything.")


def _reads_a_record(
    settings: dict[str, str | int | bool],
    topic: str,
    deadline: float,
    watch: Callable[[], object],
) -> bool:
    group = {"group.id": "headwater-up", "enable.auto.commit": False, "fetch.wait.max.ms": 50}
    consumer = Consumer(settings | group)
    try:
        partitions = _partitions(consumer, topic, deadline)
        consumer.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in partitions])
        while partitions and time.monotonic() < deadline:
            watch()
            message = consumer.poll(0.2)
            if message is not None and message.error() is None:
                return True
    finally:
        consumer.close()
    return False


def _partitions(consumer: Consumer, topic: str, deadline: float) -> list[int]:
    while time.monotonic() < deadline:
        try:
            found = consumer.list_topics(topic, timeout=2.0).topics[topic]
        except KafkaException:
            continue
        if found.error is None and found.partitions:
            return sorted(found.partitions)
        time.sleep(0.05)
    return []


def _failure_domains(instance: Instance) -> list[str]:
    """What several brokers protect from, said plainly where they share what may fail."""
    if instance.brokers < 2:
        return ["Durability         one broker: every record is fsynced, and is on one disk"]
    volumes = [instance.broker(number).volume for number in range(1, instance.brokers + 1)]
    disks = {volume.stat().st_dev for volume in volumes if volume.exists()}
    if len(disks) > 1:
        return []
    return [
        f"Durability         {instance.brokers} brokers on one disk: they survive each other's "
        "crashes and restarts,",
        "                   and are one failure domain when the disk or this machine is lost",
    ]
