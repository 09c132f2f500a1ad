"""Schemathesis over the whole OpenAPI document: ``python -m tests.fuzz.http_api --examples N``.

Starts stores, two brokers and the web process of its own, then calls every operation with what its
description allows and with what it does not, on things that exist and on made-up ones. A 5xx, or an
answer that is not as described, is a finding; the exit code is 1 when there was one.
"""

import argparse
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

import schemathesis
from django.conf import settings
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from streaming.cell import schema as database_schema
from tenants.services.appoint_operator import appoint_operator
from tenants.services.create_user import create_user
from tests import private_stores
from tests.apps.edge_service import PASSWORD, EdgeService, TenantUnderTest, wait_for

OPERATOR = "operator@fuzz"
GROUP = "fuzzed"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

LEFT_OUT = {
    "DELETE /api/v1/session": "signs out who calls the others",
    "POST /api/v1/session": "is throttled after ten tries; tests/apps/api/test_session_api.py",
}
STREAMED = {
    "POST /kafka/v3/clusters/{cluster_id}/topics/{topic}/records",
}
"""Answered by one JSON object for each of the body's, in a row, which is no JSON document: only
checked for 5xx here, and in tests/apps/rest otherwise."""
REAL_THINGS_NOT_TOUCHED = ("/api/v1/cell/brokers/{",)
"""A drained or removed broker would spoil what comes after."""


@dataclass(frozen=True)
class World:
    """What there is to call, and who calls."""

    url: str
    names: dict[str, Any]
    administrator: dict[str, str]
    operator: dict[str, str]

    def caller(self, label: str) -> dict[str, str]:
        """Headers of somebody who may call the operation."""
        for_operators = "/api/v1/cell/" in label or label == "POST /api/v1/tenants"
        return self.operator if for_operators else self.administrator


def main() -> int:
    parser = argparse.ArgumentParser(prog="./headwater fuzz --http")
    parser.add_argument("--examples", type=int, default=30, help="of each way to call an operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="REGEX", help="of 'METHOD /path'")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, private_stores.running(settings.HEADWATER):
        database_schema.migrate(settings.HEADWATER)
        service = EdgeService(Path(folder))
        service.start()
        try:
            return _fuzz(_world(service), options)
        finally:
            service.stop()


def _world(service: EdgeService) -> World:
    tenant = service.tenant()
    login = service.person(tenant, "viewer")
    create_user(login=OPERATOR, password=PASSWORD, by="fuzz")
    appoint_operator(login=OPERATOR, by="fuzz")
    with service.client() as client:
        body = {"login": OPERATOR, "password": PASSWORD}
        answer = client.post("/api/v1/session", json=body)
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    with service.client(tenant.administrator) as client:
        basic = client.get("/api/v1/tenants").request.headers["Authorization"]
    topic = service.topic(tenant, partitions=2)
    instance = _consumer(service, tenant, topic)
    names = {
        "cluster_id": tenant.cluster_id,
        "tenant": tenant.name,
        "topic": topic,
        "topic_name": topic,
        "partition": 0,
        "partition_id": 0,
        "offset": 0,
        "broker_id": 1,
        "login": login,
        "name": "app",
        "key_id": tenant.service[0],
        "group": GROUP,
        "consumer_group_id": GROUP,
        "instance": instance,
    }
    operator = {"Cookie": cookie, "X-CSRFToken": answer.json()["csrf_token"]}
    return World(service.url, names, {"Authorization": basic}, operator)


def _consumer(service: EdgeService, tenant: TenantUnderTest, topic: str) -> str:
    """A group with one member, which has read and committed a record; its instance id."""
    kind = {"Content-Type": "application/vnd.kafka.v2+json"}
    with service.client(tenant.administrator) as client:
        records = f"{tenant.path}/topics/{topic}/records"
        assert client.post(records, json={"value": {"type": "JSON", "data": 1}}).status_code == 200
        settings = {"name": "fuzzed", "format": "json", "auto.offset.reset": "earliest"}
        consumers = f"/kafka/v2/consumers/{GROUP}"
        assert client.post(consumers, json=settings, headers=kind).status_code == 200
        mine = f"{consumers}/instances/fuzzed"
        assert client.post(
            f"{mine}/subscription", json={"topics": [topic]}, headers=kind
        ).is_success
        wait_for(lambda: client.get(f"{mine}/records").json() != [], "a record is read")
        assert client.post(f"{mine}/offsets", headers=kind).is_success
    return "fuzzed"


def _fuzz(world: World, options: argparse.Namespace) -> int:
    document = schemathesis.openapi.from_url(f"{world.url}/api/openapi.json")
    # Who calls is ours to say, not generated.
    document.config.generation.update(with_security_parameters=False)
    findings = called = 0
    for operation in _in_order(document):
        label = f"{operation.method.upper()} {operation.path}"
        if label in LEFT_OUT or not re.search(options.only, label):
            continue
        called += 1
        for way, strategy in _ways(operation, label, world):
            try:
                _call(strategy, label, world, options)
            except Unsatisfiable:
                continue  # Without query and body there is no input to forbid.
            except (Exception, BaseExceptionGroup) as error:
                findings += 1
                print(f"FOUND  {label} ({way})\n{_told(error)}\n", flush=True)
        print(f"called {label}", flush=True)
    print(f"{called} operations, {findings} findings (seed {options.seed})")
    return 1 if findings or not called else 0


def _in_order(document: Any) -> list[Any]:
    """What deletes comes last, or the others would find nothing."""
    operations = [result.ok() for result in document.get_all_operations()]
    return sorted(operations, key=lambda operation: operation.method == "delete")


def _ways(operation: Any, label: str, world: World) -> Iterator[tuple[str, Any]]:
    parameters = re.findall(r"\{(\w+)\}", operation.path)
    known = {name: world.names[name] for name in parameters if name in world.names}
    if any(part in label for part in REAL_THINGS_NOT_TOUCHED):
        known = {}
    yield "real things", operation.as_strategy(GenerationMode.POSITIVE, path_parameters=known)
    if known:
        yield "made-up things", operation.as_strategy(GenerationMode.POSITIVE)
    yield "forbidden input", operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=known)


def _call(strategy: Any, label: str, world: World, options: argparse.Namespace) -> None:
    checks = [not_a_server_error] if label in STREAMED else CHECKS

    @seed(options.seed)
    @hypothesis_settings(
        max_examples=options.examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def call(case: Any) -> None:
        case.call_and_validate(
            base_url=world.url, headers=world.caller(label), checks=checks, timeout=60
        )

    call()


def _told(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "\n".join(_told(each) for each in error.exceptions)
    text = str(error) or "".join(traceback.format_exception_only(error))
    return "\n".join(f"       {line[:300]}" for line in text.splitlines()[:25])


if __name__ == "__main__":
    sys.exit(main())
