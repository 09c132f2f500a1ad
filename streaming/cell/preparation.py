"""Before anything runs: ports are free, the folder says what the deployment is, stores exist."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from streaming.cell import folder, ports, secrets, tls, valkey
from streaming.cell.failure import Failure
from streaming.cell.instance import Instance, new_instance_id
from streaming.cell.plan import Plan
from streaming.cell.postgres import Postgres


def check_ports(plan: Plan) -> None:
    """Raise ``Failure`` for the first port that somebody else has."""
    for host, port, option in plan.listeners():
        if ports.taken(host, port):
            raise Failure(
                f"Port {port} on {host} is taken by another program. "
                f"Stop that program, or choose another port with {option}."
            )


def programs_environment(data_dir: Path) -> dict[str, str]:
    """What the programs inherit: the folder's record counts, not what this shell has set."""
    decided = {"BROKERS", "CONNECT_WORKERS", "HTTP_PORT", "KAFKA_PORT"}
    decided |= {"HOST", "ADVERTISED_HOST", "TLS", "INTERNAL_TLS", "DEMO"}
    dropped = {f"HEADWATER_{name}" for name in decided} | {"HEADWATER_STARTED_AT"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {
        "HEADWATER_DATA_DIR": str(data_dir),
        "DJANGO_SETTINGS_MODULE": "streaming.settings",
        "PYTHONUNBUFFERED": "1",
    }


def record(data_dir: Path, plan: Plan, environment: Mapping[str, str]) -> Instance:
    """Write down what this deployment is; secrets and its id are made once."""
    before = folder.read_record(data_dir)
    try:
        secrets_file = data_dir / "secrets.json"
        if not secrets_file.exists():
            _refuse_cluster_without_secrets(data_dir)
            secrets.write(secrets_file, secrets.generate())
        used = [port for _, port, _ in plan.listeners()]
        database_port = ports.free(before.get("database_port"), avoid=used)
        written: dict[str, Any] = {
            **before,
            **asdict(plan),
            "id": before.get("id") or new_instance_id(),
            "database_port": database_port,
            "redis_port": ports.free(before.get("redis_port"), avoid=[*used, database_port]),
        }
        folder.write_record(data_dir, written)
        for number in range(1, plan.brokers + 1):
            (data_dir / "volumes" / str(number)).mkdir(parents=True, exist_ok=True)
        (data_dir / "logs").mkdir(exist_ok=True)
    except OSError as error:
        raise Failure(
            f"{data_dir} cannot be written to: {error.strerror}. Choose another with --data-dir."
        ) from error
    if plan.tls:
        tls.ensure(data_dir / "tls", plan.advertised_host, datetime.now(UTC))
    return Instance.load(data_dir, environment)


def _refuse_cluster_without_secrets(data_dir: Path) -> None:
    if (data_dir / "postgres" / "PG_VERSION").exists():
        raise Failure(
            f"{data_dir / 'secrets.json'} is gone, but the database beside it was made with it. "
            "Put the file back from a copy, or choose another folder with --data-dir."
        )


def prepare_postgres(instance: Instance) -> Postgres | None:
    """The embedded PostgreSQL, its cluster made; None when DATABASE_URL names another."""
    if not instance.embedded_database:
        return None
    port = urlsplit(instance.database_url).port
    if port is None:
        raise Failure("The record of this data folder has no database port; remove instance.json.")
    postgres = Postgres.find(instance.data_dir / "postgres", port)
    if not postgres.exists:
        _forget_schema(instance.data_dir)
    postgres.create(instance.secrets.database_superuser_password)
    return postgres


def _forget_schema(data_dir: Path) -> None:
    """A new cluster has no schema, whatever was recorded of the one before it."""
    recorded = folder.read_record(data_dir)
    recorded.pop("schema", None)
    folder.write_record(data_dir, recorded)


def prepare_valkey(instance: Instance) -> Path | None:
    """The embedded Valkey's configuration; None when REDIS_URL names another server."""
    if not instance.embedded_redis:
        return None
    port = urlsplit(instance.redis_url).port
    if port is None:
        raise Failure("The record of this data folder has no Redis port; remove instance.json.")
    config = instance.data_dir / "valkey" / "valkey.conf"
    valkey.write_config(config, port, instance.secrets.redis_password)
    return config
