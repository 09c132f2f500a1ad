"""``demo_feed``: makes the demo and keeps it moving; run by the supervisor, not by people."""

import logging
import signal
import time
from threading import Event, Thread, Timer
from typing import Any, Final

from django.conf import settings

from brokers.selectors.brokers import live_brokers
from streaming.cli.identity import administrator_of
from streaming.cli.kafka import LASTS_SECONDS, client_settings
from streaming.demo.board import Board
from streaming.demo.feed import Feed
from streaming.demo.tenant import ensure_demo
from streaming.records.identity import READ, WRITE
from tenants.cli.command import HeadwaterCommand

log = logging.getLogger(__name__)

BROKERS_SECONDS: Final = 60
"""For all brokers to register: a topic made before has one replica, and keeps it."""

LOOK_SECONDS: Final = 0.1
LEAVE_SECONDS: Final = 0.4
"""For the board to leave its group, which it began when the feed began to end. A group that is not
left notices by itself."""


class Command(HeadwaterCommand):
    """Runs until SIGTERM or SIGINT and then leaves within two seconds, with nothing unsent."""

    help = "Make the demo tenant and feed its topic with departures until stopped."

    def answer(self, options: dict[str, Any]) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        _wait_for_brokers(settings.HEADWATER.brokers, stop)
        if stop.is_set():
            return
        access = ensure_demo(settings.HEADWATER)
        identity = administrator_of(access.tenant, READ, WRITE)
        client = client_settings(settings.HEADWATER, identity)
        if settings.HEADWATER.internal_tls:
            _end_with_certificate(stop)
        board = Thread(target=Board(client, access.topic, stop).run, name="board", daemon=True)
        board.start()
        try:
            Feed(client, access.topic, stop).run()
        finally:
            stop.set()
            board.join(LEAVE_SECONDS)


def _end_with_certificate(stop: Event) -> None:
    """The supervisor starts another feed then, with a certificate of its own."""
    end = Timer(LASTS_SECONDS, stop.set)
    end.daemon = True
    end.start()


def _wait_for_brokers(wanted: int, stop: Event) -> None:
    """Until all are alive, or at least one after ``BROKERS_SECONDS``."""
    begun = time.monotonic()
    while not stop.is_set():
        alive = len(live_brokers())
        if alive >= wanted or (alive and time.monotonic() - begun > BROKERS_SECONDS):
            return
        stop.wait(LOOK_SECONDS)
