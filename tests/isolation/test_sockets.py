"""Every websocket and every message: what is foreign is answered like what does not exist."""

from typing import get_args

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from streaming.live.client_message import ClientMessage
from streaming.live.routing import websocket_urlpatterns
from tests.isolation.http_case import absent_like
from tests.isolation.socket_case import CONVERSATIONS, talk


def test_every_route_and_every_message_is_tried():
    routes = {str(pattern.pattern) for pattern in websocket_urlpatterns}
    assert routes == {each.route for each in CONVERSATIONS}, "routes without a conversation"
    said = frozenset().union(*(each.kinds for each in CONVERSATIONS))
    assert said == set(get_args(ClientMessage)), "messages that no conversation has"


@pytest.mark.parametrize("asked", CONVERSATIONS, ids=lambda each: each.label)
def test_foreign_and_absent_are_the_same(edge, sides, asked):
    me, them = sides
    mine = {"mine": me.tenant.cluster_id}
    foreign = {**them.names, **mine}
    absent = {**absent_like(them.names), **mine}
    about_foreign = talk(edge, me.tenant.administrator, asked, foreign, absent)
    about_absent = talk(edge, me.tenant.administrator, asked, absent, absent)
    assert about_foreign == about_absent
    assert not any(f"the secret of {them.tenant.name}" in frame for frame in about_foreign)
    if not asked.blind:
        own = {**me.names, **mine}
        assert talk(edge, me.tenant.administrator, asked, own, absent) != about_absent


def test_anothers_ticket_opens_nothing_of_ones_own(edge, sides):
    """A ticket is its tenant's: with it, one's own cluster is as foreign as any."""
    me, them = sides
    answers = []
    for cluster_id in (me.tenant.cluster_id, "lkc-absent"):
        made = them.callers["key"].post(f"/api/v1/tenants/{them.tenant.name}/tickets").json()
        path = f"/ws/v1/stream?cluster_id={cluster_id}&ticket={made['ticket']}"
        answers.append(_refusal(edge, path).replace(cluster_id, "*"))
    assert answers[0] == answers[1]
    assert "404" in answers[0]


def _refusal(edge, path: str) -> str:
    try:
        with edge.socket(path) as socket:
            while True:
                socket.recv(timeout=60)
    except InvalidStatus as refused:
        return f"{refused.response.status_code} {refused.response.body!r}"
    except ConnectionClosed as closed:
        return f"{closed.rcvd}"
