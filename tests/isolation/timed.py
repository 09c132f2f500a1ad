"""How long foreign and absent things take to be refused, asked in turn.

Each question is asked about a thing of the other tenant and about two sets of names of nothing, in
a random order each time, so that a slow spell hits all alike. The two absent ones show what chance
alone makes of it on this machine.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import httpx

from brokers.node.authentication.failed_logins import FailedLogins as BrokersFailedLogins
from brokers.node.handlers import sasl_authenticate
from brokers.wire.headers import RequestHeader, encode_request_header
from brokers.wire.registry import REQUESTS
from streaming.access import key_login
from streaming.api import session
from streaming.api.login_throttle import LoginThrottle
from streaming.quotas.failed_logins import FailedLogins
from tenants import scope
from tenants.models import Tenant
from tenants.services.set_tenant_limits import set_tenant_limits
from tests.apps.edge_service import PASSWORD
from tests.isolation.attempts import CASES
from tests.isolation.http_case import WHOSE, absent_like, names_a_thing, question, rows
from tests.isolation.http_world import HttpSide
from tests.isolation.ranks import Comparison, compare
from tests.isolation.side import SERVED
from tests.isolation.wire_case import request_of
from tests.isolation.wire_world import TwoTenants
from tests.node.raw_client import RawClient

Ask = Callable[[], float]
"""Asks once; the milliseconds until it was answered."""

T = TypeVar("T")

FOREIGN: Final = "foreign"
ABSENT: Final = "absent"
OTHER_ABSENT: Final = "another absent"
HARMLESS: Final = frozenset({"GET", "PATCH", "DELETE"})
"""Methods that come to nothing about things that are not one's own."""
WARM_UP: Final = 3
"""Questions about each that do not count: what the first one makes is there for the others."""
MANY: Final = 10**9
UNHINDERED: Final = (
    "rest_requests_per_s",
    "request_time_percent",
    "connections_per_s",
    "fetch_bytes_per_s",
    "produce_bytes_per_s",
    "partition_mutations_per_s",
)
"""What is measured is not how long quotas hold somebody back."""


@dataclass(frozen=True, slots=True)
class Question:
    """``asks`` by what they are about; one call is one question and its answer."""

    kind: str
    label: str
    asks: Mapping[str, Ask]


@dataclass(frozen=True, slots=True)
class Answered:
    """``foreign``: as compared with absent; ``chance``: absent with another absent."""

    question: Question
    times: int
    foreign: Comparison
    chance: Comparison

    @property
    def text(self) -> str:
        found = self.foreign
        return (
            f"{self.question.kind:6} z {found.z:+6.1f} (chance {self.chance.z:+5.1f}) "
            f"{found.shift * 1000:+7.0f} µs  {self.question.label}"
        )


def answered(
    asked: Question, times: int, rng: random.Random, between: Callable[[], None]
) -> Answered:
    """Ask so often about each; milliseconds are compared. ``between`` is called in between."""
    taken: dict[str, list[float]] = {about: [] for about in asked.asks}
    for number in range(times + WARM_UP):
        between()
        order = list(asked.asks)
        rng.shuffle(order)
        for about in order:
            milliseconds = asked.asks[about]()
            if number >= WARM_UP:
                taken[about].append(milliseconds)
    return Answered(
        asked,
        times,
        compare(taken[FOREIGN], taken[ABSENT]),
        compare(taken[OTHER_ABSENT], taken[ABSENT]),
    )


def unhindered(me: HttpSide, them: HttpSide, wire: TwoTenants) -> None:
    """Give the tenants limits that nothing here reaches."""
    asking = {wire.me.client.metadata().cluster_id, me.tenant.cluster_id, them.tenant.cluster_id}
    with scope.system("a measurement's tenants"):
        ids = list(Tenant.objects.filter(cluster_id__in=asking).values_list("id", flat=True))
    for tenant_id in ids:
        set_tenant_limits(tenant_id=tenant_id, by="test", limits=dict.fromkeys(UNHINDERED, MANY))


def over_rest(me: HttpSide, them: HttpSide) -> Iterator[Question]:
    """Every route that makes nothing, in the other tenant and as if its things were one's own."""
    foreign = dict(them.names)
    names = {FOREIGN: foreign, ABSENT: absent_like(foreign), OTHER_ABSENT: absent_like(foreign)}
    mine = {parameter: me.names[parameter] for parameter in WHOSE}
    client = me.callers["key"]
    for row in rows():
        if row.method not in HARMLESS:
            continue
        for over, where in ((mine, "own tenant"), ({}, "its tenant")):
            if over and not names_a_thing(row):
                continue
            yield Question(
                "REST",
                f"{row}, {where}",
                {about: _rest(client, row, {**asked, **over}) for about, asked in names.items()},
            )


def _rest(client: httpx.Client, row: Any, names: dict[str, str]) -> Ask:
    asked = question(row, names)

    def ask() -> float:
        answer, taken = _timed(lambda: asked.ask(client))
        assert answer.status_code != 429, f"{row} was held back"
        return taken

    return ask


def over_the_wire(wire: TwoTenants) -> Iterator[Question]:
    """Each way to ask, in its API's latest version, that makes and unmakes nothing."""
    me, foreign = wire.me, wire.them.names
    names = {
        FOREIGN: foreign, ABSENT: wire.absent_like(foreign), OTHER_ABSENT: wire.absent_like(foreign)
    }  # fmt: skip
    for api_key, version, case in CASES:
        if version != min(SERVED[api_key][-1], case.until) or case.listing or case.spends:
            continue
        requests = {
            about: _frame(api_key, version, request_of(case, api_key, version, them, me.names))
            for about, them in names.items()
        }
        if _closes(wire, requests.values()):
            continue
        yield Question(
            "wire",
            f"{api_key.name} {version}, {case.label}",
            {about: _exchange(wire, frame) for about, frame in requests.items()},
        )


def _frame(api_key: int, version: int, request: Any) -> bytes:
    header = encode_request_header(RequestHeader(api_key, version, 1, "test"))
    return header + b"".join(bytes(piece) for piece in REQUESTS[api_key].encode(version, request))


def _exchange(wire: TwoTenants, frame: bytes) -> Ask:
    def ask() -> float:
        return _timed(lambda: _sent_and_answered(wire.me.client, frame))[1]

    return ask


def _sent_and_answered(client: RawClient, frame: bytes) -> None:
    client.send_frame(frame)
    client.receive_frame()


def _closes(wire: TwoTenants, frames: Any) -> bool:
    """Whether such a request ends the connection: then nothing can be asked in turn."""
    try:
        for frame in frames:
            _exchange(wire, frame)()
    except (ConnectionError, TimeoutError):
        wire.me.client = wire.me._connect()
        return True
    return False


def of_logins(edge: Any, wire: TwoTenants, me: HttpSide, them: HttpSide) -> Iterator[Question]:
    """Wrong secrets of names that there are and of names that there are not, and inviting them."""
    user = f"{wire.them.names.user}@{wire.them.client.metadata().cluster_id}"
    login, key_id = them.names["login"], them.names["key_id"]
    invitations = f"/api/v1/tenants/{me.tenant.name}/invitations"
    for kind, name, ask in (
        ("console sign-in", login, partial(_sign_in, edge)),
        ("inviting a login", login, partial(_invite, me.callers["key"], invitations)),
        ("HTTP Basic, a key", key_id, partial(_by_basic, edge)),
        ("Kafka PLAIN, a key", key_id, partial(_by_plain, edge)),
        ("Kafka SCRAM, a key", key_id, partial(_by_scram, edge)),
        ("Kafka SCRAM, a user", user, partial(_by_scram, edge)),
    ):
        names = {FOREIGN: name, ABSENT: _like(name), OTHER_ABSENT: _like(name)}
        asks = {about: partial(ask, name) for about, name in names.items()}
        yield Question("login", kind, asks)


def _like(name: str) -> str:
    """A name of nothing, in the same place (a user's tenant stands behind the @)."""
    local, at, place = name.partition("@")
    return absent_like({"name": local})["name"] + at + place


def _forgetting_failures(edge: Any) -> None:
    """As from an address that has not failed before: how guesses are slowed is another test's."""
    session.throttle = LoginThrottle()
    key_login._failed = FailedLogins()
    edge.node().failed_logins = BrokersFailedLogins()
    sasl_authenticate.AUTHENTICATION_DELAY_SECONDS = 0


def _sign_in(edge: Any, login: str) -> float:
    _forgetting_failures(edge)
    with edge.client() as client:
        client.get("/api/v1/session")
        body = {"login": login, "password": f"not {PASSWORD}"}
        answer, taken = _timed(lambda: client.post("/api/v1/session", json=body))
    assert answer.status_code == 401
    return taken


def _invite(client: httpx.Client, path: str, login: str) -> float:
    body = {"login": login, "role": "viewer"}
    answer, taken = _timed(lambda: client.post(path, json=body))
    assert answer.status_code == 201
    return taken


def _by_basic(edge: Any, key_id: str) -> float:
    _forgetting_failures(edge)
    with edge.client((key_id, "wrong")) as client:
        client.get("/api/openapi.json", headers={"Range": "bytes=0-0"})
        answer, taken = _timed(lambda: client.get("/api/v1/tenants"))
    assert answer.status_code == 401
    return taken


def _by_plain(edge: Any, key_id: str) -> float:
    _forgetting_failures(edge)
    with RawClient(edge.kafka_port()) as client:
        client.handshake("PLAIN")
        message = f"\0{key_id}\0wrong".encode()
        answer, taken = _timed(lambda: client.authenticate(message))
    assert answer.error_code
    return taken


def _by_scram(edge: Any, user: str) -> float:
    """The first of its two steps, in which the salt is told; the second is refused for both."""
    _forgetting_failures(edge)
    with RawClient(edge.kafka_port()) as client:
        client.handshake("SCRAM-SHA-256")
        message = f"n,,n={user.replace(',', '=2C')},r=nonce".encode()
        answer, taken = _timed(lambda: client.authenticate(message))
    assert answer.auth_bytes
    return taken


def _timed(ask: Callable[[], T]) -> tuple[T, float]:
    """The answer, and the milliseconds that it took."""
    begun = time.perf_counter_ns()
    answer = ask()
    return answer, (time.perf_counter_ns() - begun) / 1e6
