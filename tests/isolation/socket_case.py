"""Conversations over websockets about whichever tenant's things."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus

from streaming.live.client_message import (
    Authenticate,
    Commit,
    Pause,
    Permit,
    Ping,
    Refilter,
    Release,
    Resume,
    Seek,
    Unsubscribe,
)
from streaming.live.feed_request import FeedRequest
from streaming.live.produce_message import Produce

SECONDS = 60
_PATTERNS = ("ws/v1/events", "ws/v1/stream", "ws/v1/topics/<str:topic>", "^.*$")
EVENTS, STREAM, TAIL, NONE = _PATTERNS
"""Routes of ``streaming/live/routing.py``."""

ANSWERED_LATER = ("subscribe", "produce")
"""What asks the brokers first: nothing else is said before its answer."""

_SUBSCRIBED = {"type": "subscribe", "id": "a", "topic": "{topic}"}
_CURSOR = {"offsets": {"0": "0"}}


@dataclass(frozen=True, slots=True)
class Conversation:
    """``path`` and ``says`` have names in braces. ``kinds`` are what the messages are read as."""

    label: str
    route: str
    path: str
    says: tuple[Mapping[str, Any], ...] = ()
    kinds: frozenset[type] = field(default=frozenset())
    blind: str = ""
    """Why one's own is answered like an absent one."""


def _said(label: str, kind: type, message: Mapping[str, Any], blind: str = "") -> Conversation:
    """What speaks of a subscription: to a foreign topic there is none."""
    says = (_SUBSCRIBED, message)
    return Conversation(
        label, STREAM, "/ws/v1/stream?cluster_id={mine}", says, frozenset({FeedRequest, kind}),
        blind,
    )  # fmt: skip


CONVERSATIONS = (
    Conversation("events", EVENTS, "/ws/v1/events?tenant={tenant}"),
    Conversation("events since", EVENTS, "/ws/v1/events?tenant={tenant}&since=0-0"),
    Conversation("events by a ticket", EVENTS, "/ws/v1/events?tenant={tenant}&ticket=nothing",
                 blind="tickets open no events"),
    Conversation("a tail", TAIL, "/ws/v1/topics/{topic}"),
    Conversation("a tail from the start", TAIL, "/ws/v1/topics/{topic}?from=earliest"),
    Conversation("a tail of a cluster", TAIL, "/ws/v1/topics/{topic}?cluster_id={cluster_id}"),
    Conversation("a tail at one's own", TAIL, "/ws/v1/topics/{topic}?cluster_id={mine}"),
    Conversation("a tail, and on", TAIL, "/ws/v1/topics/{topic}",
                 ({"type": "permit", "records": 5}, {"type": "pause"}, {"type": "resume"})),
    Conversation("a stream of a cluster", STREAM, "/ws/v1/stream?cluster_id={cluster_id}"),
    Conversation("a subscription", STREAM, "/ws/v1/stream", (_SUBSCRIBED,),
                 frozenset({FeedRequest})),
    Conversation("a subscription from the start", STREAM, "/ws/v1/stream",
                 ({**_SUBSCRIBED, "from": "earliest"},), frozenset({FeedRequest})),
    Conversation("a subscription of a group", STREAM, "/ws/v1/stream",
                 ({**_SUBSCRIBED, "group": "{group}"},), frozenset({FeedRequest})),
    Conversation("a record", STREAM, "/ws/v1/stream",
                 ({"type": "produce", "id": "p", "topic": "{topic}",
                   "value": {"type": "string", "data": "written"}},), frozenset({Produce})),
    _said("more", Permit, {"type": "permit", "id": "a", "records": 5}),
    _said("a pause", Pause, {"type": "pause", "id": "a"}),
    _said("no pause", Resume, {"type": "resume", "id": "a"}),
    _said("elsewhere", Seek, {"type": "seek", "id": "a", "from": "earliest"}),
    _said("a filter", Refilter, {"type": "filter", "id": "a", "filter": "offset > 5"}),
    _said("no more", Unsubscribe, {"type": "unsubscribe", "id": "a"}),
    _said("a commit", Commit, {"type": "commit", "id": "a", **_CURSOR}),
    _said("a release", Release, {"type": "release", "id": "a"}),
    Conversation("a ping", STREAM, "/ws/v1/stream", ({"type": "ping", "id": "{topic}"},),
                 frozenset({Ping}), blind="it comes back as it is"),
    Conversation("a login", STREAM, "/ws/v1/stream",
                 ({"type": "auth", "api_key": "{key_id}", "api_secret": "guessed"},),
                 frozenset({Authenticate}), blind="the socket is logged in already"),
    Conversation("nothing", NONE, "/ws/v1/nothing/{topic}", blind="there is nothing"),
)  # fmt: skip

_DRAWN = re.compile(r'"(?:at|cursor|server_time|timestamp|request_id)": ?(?:"[^"]*"|\d+)')

_UNSURE = re.compile(r'"type":"(?:heartbeat"|bye","code")')
"""Comes by the clock; or says what the close frame says, if it is read before that one."""


def talk(edge: Any, credentials: tuple[str, str], asked: Conversation, names: Mapping[str, str],
         other: Mapping[str, str]) -> list[str]:  # fmt: skip
    """All that is answered, with ``names`` replaced by ``other``: frames, and how it ended."""
    heard: list[str] = []
    try:
        with edge.socket(_filled(asked.path, names), credentials) as socket:
            for message in asked.says:
                socket.send(_filled(json.dumps(message), names))
                if message["type"] in ANSWERED_LATER:
                    heard.append(str(socket.recv(timeout=SECONDS)))
            socket.send(json.dumps({"type": "ping", "id": "the end"}))
            while '"pong"' not in (frame := str(socket.recv(timeout=SECONDS))):
                heard.append(frame)
    except InvalidStatus as refused:
        heard.append(f"HTTP {refused.response.status_code} {refused.response.body!r}")
    except ConnectionClosed as closed:
        heard.append(f"closed {closed.rcvd}")
    return [_without(frame, names, other) for frame in heard if not _UNSURE.search(frame)]


def _filled(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: names.get(match[1], match[0]), text)


def _without(frame: str, names: Mapping[str, str], other: Mapping[str, str]) -> str:
    for parameter, value in names.items():
        frame = frame.replace(value, other.get(parameter, value))
    return _DRAWN.sub("", frame)
