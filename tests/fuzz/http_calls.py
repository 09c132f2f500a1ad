"""Calls every operation of the OpenAPI document with what it allows and with what it forbids.

Real things are called, and made-up ones. What an answer is compared with is the document itself.
"""

import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
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

from tests.fuzz.http_world import World

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
    "POST /kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records",
}
"""Answered by one JSON object for each of the body's, in a row, which is no JSON document: only
checked for 5xx here, and in tests/apps/rest otherwise."""
TOLD_BY_503 = {"GET /connect/health"}
"""Nobody runs connectors here, and that status is how it says so; all other checks hold."""
TOLD_ENTRY_BY_ENTRY = {
    "POST /kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records:batch",
}
"""Answers 207 with a failure for each entry that is not as described and a success for each other,
which tests/apps/rest/test_topic_records_api.py holds; what is wrong with the whole is refused."""
REAL_THINGS_NOT_TOUCHED = ("/api/v1/cell/brokers/{",)
"""A drained or removed broker would spoil what comes after."""


@dataclass(slots=True)
class Outcome:
    """Requests that were sent, and what was found, a text each."""

    requests: int = 0
    findings: list[str] = field(default_factory=list)


def call_everything(
    world: World, *, examples: int, seeded: int, only: str, role: str | None
) -> Outcome:
    """Call every operation whose label ``only`` matches, as ``role``.

    Raises ``ValueError`` when ``only`` matches none.
    """
    document = schemathesis.openapi.from_url(f"{world.url}/api/openapi.json")
    # Who calls is ours to say, not generated.
    document.config.generation.update(with_security_parameters=False)
    outcome = Outcome()
    called = 0
    for operation in _in_order(document):
        label = f"{operation.method.upper()} {operation.path}"
        if label in LEFT_OUT or not re.search(only, label):
            continue
        called += 1
        caller = world.caller(label, role)
        for way, strategy in _ways(operation, label, world):
            try:
                _call(
                    strategy, label, world.url, caller,
                    outcome=outcome, examples=examples, seeded=seeded,
                )  # fmt: skip
            except Unsatisfiable:
                continue  # Without query and body there is no input to forbid.
            except (Exception, BaseExceptionGroup) as error:
                outcome.findings.append(f"{label} ({way})\n{_told(error)}")
                print(f"FOUND  {outcome.findings[-1]}\n", flush=True)
        print(f"called {label}", flush=True)
    if not called:
        raise ValueError(f"no operation fits {only!r}")
    print(
        f"{called} operations, {outcome.requests} requests, {len(outcome.findings)} findings "
        f"(seed {seeded})"
    )
    return outcome


def _in_order(document: Any) -> list[Any]:
    """What deletes comes last, or the others would find nothing."""
    operations = [result.ok() for result in document.get_all_operations()]
    labels = {f"{operation.method.upper()} {operation.path}" for operation in operations}
    assert LEFT_OUT.keys() | STREAMED | TOLD_BY_503 <= labels, "an exception speaks of no operation"
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


def _call(
    strategy: Any,
    label: str,
    url: str,
    caller: dict[str, str],
    *,
    outcome: Outcome,
    examples: int,
    seeded: int,
) -> None:
    left_out = {
        not_a_server_error: label in TOLD_BY_503,
        negative_data_rejection: label in TOLD_ENTRY_BY_ENTRY,
    }
    checks = [check for check in CHECKS if not left_out.get(check)]
    if label in STREAMED:
        checks = [not_a_server_error]

    @seed(seeded)
    @hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def call(case: Any) -> None:
        outcome.requests += 1
        case.call_and_validate(base_url=url, headers=caller, checks=checks, timeout=60)

    call()


def _told(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "\n".join(_told(each) for each in error.exceptions)
    text = str(error) or "".join(traceback.format_exception_only(error))
    return "\n".join(f"       {line[:300]}" for line in text.splitlines()[:25])
