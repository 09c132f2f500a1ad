"""Four ways to see flights, to be pasted into a shell as they are. Each prints a few and ends."""

import shlex
import sys
from dataclasses import dataclass

from streaming.cell.instance import Instance
from streaming.demo.access import DemoAccess


def snippets(access: DemoAccess, instance: Instance) -> dict[str, str]:
    """Shell text by name, in the order in which to print it: kcat, python, curl, websocket.

    kcat and curl must be installed; the other two run in this service's own environment.
    """
    authority = str(instance.tls_files.authority) if instance.tls_files else None
    context = _Context(access, instance, shlex.quote(sys.executable), authority)
    return {
        "kcat": _kcat(context),
        "python": _python(context),
        "curl": _curl(context),
        "websocket": _websocket(context),
    }


@dataclass(frozen=True, slots=True)
class _Context:
    access: DemoAccess
    instance: Instance
    python: str
    authority: str | None
    """The CA to trust when the service speaks TLS."""


def _kcat(context: _Context) -> str:
    access, instance = context.access, context.instance
    trust = f" -X ssl.ca.location={shlex.quote(context.authority)}" if context.authority else ""
    return (
        f"kcat -b {instance.bootstrap_servers} \\\n"
        f"  -X security.protocol={instance.security_protocol} -X sasl.mechanism=PLAIN{trust} \\\n"
        f"  -X sasl.username={access.api_key} -X sasl.password={access.api_secret} \\\n"
        f"  -C -t {access.topic} -o -1 -c 5 -q -f '%T %k %s\\n'"
    )


def _python(context: _Context) -> str:
    access, instance = context.access, context.instance
    trust = f'\n    "ssl.ca.location": {context.authority!r},' if context.authority else ""
    return f"""{context.python} - <<'EOF'
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

consumer = Consumer({{
    "bootstrap.servers": "{instance.bootstrap_servers}",
    "security.protocol": "{instance.security_protocol}",
    "sasl.mechanism": "PLAIN",
    "sasl.username": "{access.api_key}",
    "sasl.password": "{access.api_secret}",{trust}
    "group.id": "snippet",
}})
consumer.assign([TopicPartition("{access.topic}", 0, OFFSET_BEGINNING)])
for message in consumer.consume(5, timeout=10):
    print(message.offset(), message.key().decode(), message.value().decode())
consumer.close()
EOF"""


def _curl(context: _Context) -> str:
    access, instance = context.access, context.instance
    trust = f" --cacert {shlex.quote(context.authority)}" if context.authority else ""
    records = (
        f"{instance.http_url}/kafka/v3/clusters/{access.cluster_id}"
        f"/topics/{access.topic}/partitions/0/records?max_records=3"
    )
    return (
        f"curl -sS --fail-with-body{trust} -u {access.api_key}:{access.api_secret} \\\n"
        f"  '{records}'"
    )


def _websocket(context: _Context) -> str:
    access, instance = context.access, context.instance
    # websockets turns the user part of a URL into an Authorization header.
    url = (
        instance.http_url.replace("http", "ws", 1).replace(
            "://", f"://{access.api_key}:{access.api_secret}@"
        )
        + f"/ws/v1/topics/{access.topic}?from=end-1"
    )
    importing, trust = "", ""
    if context.authority:
        importing = "import ssl\n"
        trust = f", ssl=ssl.create_default_context(cafile={context.authority!r})"
    return f"""{context.python} - <<'EOF'
import json
{importing}from websockets.sync.client import connect

shown = 0
with connect("{url}"{trust}) as socket:
    while shown < 5:
        for record in json.loads(socket.recv(timeout=10)).get("records", []):
            print(record["offset"], record["key"]["data"], json.dumps(record["value"]["data"]))
            shown += 1
EOF"""
