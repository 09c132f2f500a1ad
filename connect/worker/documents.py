"""What processes are told: the documents of ``connect/task``, out of rows and the deployment."""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from connect.services.begin_task import BegunTask
from connect.services.claim_configuration import Configuration
from connect.states import GROUP_PREFIX, OFFSETS_TOPIC
from connect.worker.limits import task_memory_bytes
from streaming.cell.account import Account
from streaming.cell.instance import Instance

FILES: Final = "HEADWATER_CONNECT_FILES"
"""The operator's folder for connectors of files, and a tenant's own one within it."""
ALLOWED: Final = "HEADWATER_CONNECT_ALLOW"
"""Networks and hosts that connectors may reach although they are not public, by comma."""
PORTS: Final = "HEADWATER_CONNECT_PORTS"
"""Ports and ranges of ports that connectors may reach, by comma, instead of those by default."""


def task_assignment(begun: BegunTask, instance: Instance) -> dict[str, Any]:
    """For ``python -m connect.task``."""
    group = GROUP_PREFIX + begun.connector
    return {
        "tenant_cluster_id": begun.cluster_id,
        "connector": begun.connector,
        "kind": begun.kind.value,
        "task": begun.number,
        "generation": begun.generation,
        "plugin": begun.plugin,
        "config": begun.config,
        "task_config": begun.task_config,
        "initial_state": "PAUSED" if begun.paused else "RUNNING",
        "kafka": _kafka(begun, instance),
        "offsets_topic": OFFSETS_TOPIC,
        "group": group,
        "transactional_id": f"{group}-{begun.number}",
        "egress": egress(instance),
        "limits": {"memory_bytes": task_memory_bytes()},
    }


def configuration_request(wanted: Configuration, instance: Instance) -> dict[str, Any]:
    """For ``python -m connect.task --configure``."""
    return {
        "connector": wanted.connector,
        "kind": wanted.kind.value,
        "plugin": wanted.plugin,
        "config": wanted.config,
        "tasks_max": wanted.tasks_max,
        "egress": egress(instance),
    }


def egress(instance: Instance) -> dict[str, list[str]]:
    """``allow`` and ``ports`` are the operator's; ``own`` are hosts of the deployment, which nobody
    may reach by a connector."""
    stores = (urlsplit(url).hostname for url in (instance.database_url, instance.redis_url))
    network = (host for host, _port in instance.network_addresses.values())
    own = {instance.advertised_host, instance.internal_host, *network, *filter(None, stores)}
    return {"allow": _listed(ALLOWED), "ports": _listed(PORTS), "own": sorted(own)}


def _listed(setting: str) -> list[str]:
    entries = (each.strip() for each in os.environ.get(setting, "").split(","))
    return [*filter(None, entries)]


def files_environment(cluster_id: str, account: Account | None) -> dict[str, str]:
    """A tenant's folder for files, made when it is not there; nothing without the operator's.

    It belongs to ``account``; what was in it from before keeps its owner.
    """
    folder = os.environ.get(FILES)
    if not folder:
        return {}
    own = Path(folder).resolve() / cluster_id
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None and own.stat().st_uid != account.uid:
        os.chown(own, account.uid, account.gid)
    return {FILES: str(own)}


def _kafka(begun: BegunTask, instance: Instance) -> dict[str, str]:
    tls = instance.tls_files
    return {
        "bootstrap.servers": instance.nearest_bootstrap_servers,
        "security.protocol": instance.security_protocol,
        "sasl.mechanism": "PLAIN",
        "sasl.username": begun.key_id,
        "sasl.password": begun.key_secret,
        "client.id": f"{GROUP_PREFIX}{begun.connector}-{begun.number}",
        # Its text: the file is in the data folder, which tasks cannot read.
        **({} if tls is None else {"ssl.ca.pem": tls.authority.read_text()}),
    }
