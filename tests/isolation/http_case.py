"""Every route as ``tests/apps/access/routes`` has it, about whichever tenant's things."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.apps.access.routes.row import Right, Row
from tests.apps.access.test_routes import ROWS

WHOSE = ("cluster_id", "tenant")
"""Parameters that name a tenant."""
SHARED = {
    "partition": "0",
    "partition_id": "0",
    "broker_id": "1",
    "offset": "0",
    "rest": "nonsense",
    "task": "0",
    "plugin": "json",
    "logger": "root",
}
"""Parameters that name nothing that a tenant owns."""
V2 = "application/vnd.kafka.v2+json"
V2_RECORDS = "application/vnd.kafka.json.v2+json"
_V2_RECORD = {"records": [{"value": 1}]}
_SUBSCRIBED = {"topics": ["{topic}"]}
_PLACES = {"partitions": [{"topic": "{topic}", "partition": 0}]}
_OFFSETS = {"offsets": [{"topic": "{topic}", "partition": 0, "offset": 0}]}
_V3_RECORD = {"value": {"type": "JSON", "data": 1}}
_INSTANCE = "/kafka/v2/consumers/{group}/instances/{instance}"
DEEPER: Mapping[str, tuple[str, Any]] = {
    "POST /kafka/v2/topics/{topic}": (V2_RECORDS, _V2_RECORD),
    "POST /kafka/v2/topics/{topic}/partitions/{partition}": (V2_RECORDS, _V2_RECORD),
    f"POST {_INSTANCE}/subscription": (V2, _SUBSCRIBED),
    f"POST {_INSTANCE}/assignments": (V2, _PLACES),
    f"POST {_INSTANCE}/positions": (V2, _OFFSETS),
    f"POST {_INSTANCE}/positions/beginning": (V2, _PLACES),
    f"POST {_INSTANCE}/positions/end": (V2, _PLACES),
    f"POST {_INSTANCE}/offsets": (V2, _OFFSETS),
    "POST /kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records": (
        "application/json",
        _V3_RECORD,
    ),
    "POST /kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records:batch": (
        "application/json",
        {"entries": [{"id": "1", **_V3_RECORD}]},
    ),
}
"""Bodies that get past the form of a request, where the table's are refused for it."""

MAKES_OWN: Mapping[str, str] = {
    "POST /api/v1/tenants/{tenant}/service-accounts": "an account of one's own has the name then",
}
"""What is not asked about a foreign name at one's own tenant, and why that tells nothing of
another tenant."""

DRAWN = re.compile(
    r'"(?:request_id|ticket|expires_at|secret|code|key_id|password|created_at|at)": ?"[^"]*"'
)
"""What is drawn anew, or is the moment, in whatever is answered."""

UNTOLD_HEADERS = frozenset({"date", "x-request-id"})


@dataclass(frozen=True, slots=True)
class Question:
    """One request; ``names`` are what it names, for taking them out of the answer."""

    method: str
    url: str
    names: Mapping[str, str]
    content_type: str
    body: Any

    def ask(self, client: httpx.Client) -> httpx.Response:
        headers = {} if self.body is None else {"Content-Type": self.content_type}
        if self.body is None:
            return client.request(self.method, self.url, headers=headers)
        return client.request(self.method, self.url, headers=headers, json=self.body)


def rows() -> list[Row]:
    """Those that name something: what is open or for operators names nothing of a tenant's."""
    return [
        row for row in ROWS if row.right not in {Right.OPEN, Right.OPERATE} and parameters(row.path)
    ]


def parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def names_a_thing(row: Row) -> bool:
    """Whether there is anything in the request, but whose it is, that a tenant owns."""
    wanted = {*parameters(row.path), *parameters(str(DEEPER.get(str(row), ("", row.body))[1]))}
    return bool(wanted - {*WHOSE, *SHARED}) and str(row) not in MAKES_OWN


def question(row: Row, names: Mapping[str, str]) -> Question:
    """``row``'s request about ``names``; what it calls absent is filled with them too."""
    kept = {name: value for name, value in row.names.items() if value != "absent"}
    filled = {**SHARED, **names, **kept}
    unknown = set(parameters(row.path)) - filled.keys()
    assert not unknown, f"{row}: nothing foreign stands for {unknown} in tests/isolation"
    path = _filled(row.path, filled)
    content_type, body = DEEPER.get(str(row), ("application/json", row.body))
    return Question(
        row.method, f"{path}?{row.query}" if row.query else path, filled, content_type,
        _filled(body, filled),
    )  # fmt: skip


def _filled(part: Any, names: Mapping[str, str]) -> Any:
    match part:
        case str():
            return re.sub(r"\{(\w+)\}", lambda match: names.get(match[1], match[0]), part)
        case dict():
            return {key: _filled(value, names) for key, value in part.items()}
        case list():
            return [_filled(value, names) for value in part]
    return part


def absent_like(names: Mapping[str, str]) -> dict[str, str]:
    """Names of nothing, as long as those of ``names``, and of the same form; things of one name
    stay of one name."""
    made = {value: _other(value) for value in names.values()}
    return {parameter: made[value] for parameter, value in names.items()}


def _other(text: str) -> str:
    """Another text of the same letters: the last ones are drawn anew."""
    kept = text[:-6]
    alphabet = (
        "abcdefghijklmnopqrstuvwxyz" if text == text.lower() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    return kept + "".join(secrets.choice(alphabet) for _ in text[-6:])


def told(response: httpx.Response, names: Mapping[str, str], other: Mapping[str, str]) -> object:
    """Status, headers and body, with ``names`` replaced by ``other``, and without what differs
    from one moment to the next."""
    text = DRAWN.sub("", response.text)
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in UNTOLD_HEADERS and not name.startswith("x-ratelimit-")
    }
    for parameter, before in sorted(names.items(), key=lambda item: -len(item[1])):
        if parameter in other and parameter not in SHARED:
            text = text.replace(before, other[parameter])
            headers = {
                name: value.replace(before, other[parameter]) for name, value in headers.items()
            }
    return response.status_code, headers, text
