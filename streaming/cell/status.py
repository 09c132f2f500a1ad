"""What runs and how to reach it. Scripts rely on the names in ``document``."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from streaming.cell import connect_rows, connect_states
from streaming.cell.instance import Instance
from streaming.cell.supervision import Process, Supervisor
from streaming.demo.access import read_access


def document(data_dir: Path) -> dict[str, Any]:
    """The state of the service in ``data_dir``; ``processes`` is empty when nothing serves."""
    processes = Supervisor(data_dir).processes()
    if not processes:
        return nothing_serves(data_dir)
    instance = Instance.load(data_dir)
    connect = connect_rows.read_rows(instance.database_url)
    return {
        "bootstrap_servers": instance.bootstrap_servers,
        "security_protocol": instance.security_protocol,
        "http_url": instance.http_url,
        "data_dir": str(data_dir),
        "processes": [
            {"name": each.name, "pid": each.pid, "state": each.state} for each in processes
        ],
        "brokers": _brokers(instance, processes),
        "connect": None if connect is None else connect_states.document(connect),
        "demo": _demo(instance),
    }


def nothing_serves(data_dir: Path) -> dict[str, Any]:
    """The same names when there is nothing to say."""
    return {
        "bootstrap_servers": None,
        "security_protocol": None,
        "http_url": None,
        "data_dir": str(data_dir),
        "processes": [],
        "brokers": [],
        "connect": None,
        "demo": None,
    }


def text(found: dict[str, Any]) -> str:
    """The document for people. Secrets are left out: they belong on no screen."""
    if not found["processes"]:
        return f"Nothing serves in {found['data_dir']}. Start it with `./headwater up`."
    lines = [
        f"Console            {found['http_url']}",
        f"Bootstrap servers  {found['bootstrap_servers']} ({found['security_protocol']})",
        f"Data folder        {found['data_dir']}",
        "",
    ]
    volumes = {f"broker-{each['id']}": each["volume"] for each in found["brokers"]}
    for each in found["processes"]:
        pid = each["pid"] or "-"
        lines.append(
            f"  {each['name']:<12} {each['state']:<9} {pid!s:>8}  {volumes.get(each['name'], '')}"
        )
    if found["connect"]:
        lines += ["", *connect_states.lines(found["connect"])]
    if found["demo"]:
        demo = found["demo"]
        lines += ["", f"Demo tenant        {demo['tenant']}, login {demo['login']}"]
        lines += ["                   its secrets: status --json"]
    return "\n".join(line.rstrip() for line in lines)


def _brokers(instance: Instance, processes: list[Process]) -> list[dict[str, Any]]:
    pids = {each.name: each.pid for each in processes}
    addresses = [instance.broker(number) for number in range(1, instance.brokers + 1)]
    return [
        {
            "id": address.id,
            "pid": pids.get(f"broker-{address.id}"),
            "host": address.host,
            "port": address.port,
            "volume": str(address.volume),
        }
        for address in addresses
    ]


def _demo(instance: Instance) -> dict[str, str] | None:
    """How to reach the demo tenant, its secrets too; None until the demo is there."""
    access = read_access(instance) if instance.demo else None
    return None if access is None else asdict(access)
