"""``brokers``: which brokers there are, how to reach them and what they hold."""

from typing import Any

from django.core.management.base import CommandParser

from brokers.kernel.ids import BrokerId
from brokers.selectors.brokers import list_brokers, partitions_led
from brokers.selectors.replicas import replicas_held
from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand

COLUMNS = (
    "ID", "STATE", "HOST", "PORT", "RACK", "VOLUME", "PATH", "INCARNATION", "PARTITIONS", "LEADERS",
)  # fmt: skip


class Command(HeadwaterCommand):
    """Reads the metadata store, so it answers while brokers are away, and says that they are."""

    help = "List brokers with their state, address, volume and partitions."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="the default, and all there is")

    def answer(self, options: dict[str, Any]) -> Answer:
        held, led = replicas_held(), partitions_led()
        documents = [
            {
                "id": broker.id,
                "state": "fenced" if broker.fenced else "running",
                "host": broker.host,
                "port": broker.port,
                "rack": broker.rack,
                "volume": broker.volume_id,
                "path": broker.volume.path,
                "incarnation": broker.incarnation,
                "partitions": held[BrokerId(broker.id)],
                "leaders": led.get(BrokerId(broker.id), 0),
            }
            for broker in list_brokers()
        ]
        rows = tuple(tuple(document.values()) for document in documents)
        return Answer({"brokers": documents}, (Table(COLUMNS, rows),))
