"""The web process, ``python -m streaming.web --host H --port P``: uvicorn and ``streaming.asgi``.

A module and not uvicorn's command line, which loads a certificate once and for good.
"""

import argparse
import gc
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from uvicorn.importer import import_from_string

from brokers.node.config import TlsFiles
from brokers.node.tls import FollowedCertificate
from streaming.http_connection import HttpConnection
from streaming.tls_server import TlsServer
from streaming.websocket_connection import WebsocketConnection

WEBSOCKET_MESSAGE_BYTES_MAX = 1024 * 1024

PING_SECONDS = 20
"""After which a socket is pinged, and after which one that has not answered is given up. Proxies
close what is silent for a minute, and browsers slow the timers of tabs that nobody looks at."""

GC_THRESHOLD = 10_000
"""Objects that are made and not yet let go before those that refer to one another are looked for. A
page holds thousands of records for a moment, and none of them is in a cycle. As a broker has it."""


def server_options() -> dict[str, Any]:
    """How uvicorn serves, whatever the address: keywords of its ``Config``."""
    return {
        "loop": "uvloop",
        "http": HttpConnection,
        "ws": WebsocketConnection,
        "ws_max_size": WEBSOCKET_MESSAGE_BYTES_MAX,
        # A frame is encoded once for all who watch; compressing it again for each would cost more
        # than everything else together, and memory for every socket at rest.
        "ws_per_message_deflate": False,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
        "lifespan": "off",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": 1,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m streaming.web", description=__doc__)
    parser.add_argument("--host", required=True, help="address to listen on")
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--certificate", type=Path, help="PEM chain; followed while it serves")
    parser.add_argument("--key", type=Path, help="its key, PEM")
    given = parser.parse_args()
    if (given.certificate is None) != (given.key is None):
        parser.error("--certificate and --key go together")
    gc.set_threshold(GC_THRESHOLD)
    config = uvicorn.Config(
        _loaded, factory=True, host=given.host, port=given.port, **server_options()
    )
    if given.certificate is None:
        server = uvicorn.Server(config)
    else:
        certificate = FollowedCertificate(TlsFiles(given.certificate, given.key))
        server = TlsServer(config, certificate.context)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(f"the web process did not start on {given.host}:{given.port}")


def _loaded() -> Any:
    """The application. Its views come while it listens already: nobody who waits for the service to
    be up waits for them, and the first request does not load them, as Django would have it."""
    application = import_from_string("streaming.asgi:application")
    _keep_what_is_there()
    threading.Thread(target=_load_views, name="views", daemon=True).start()
    return application


def _load_views() -> None:
    import_module(settings.ROOT_URLCONF)
    _keep_what_is_there()


def _keep_what_is_there() -> None:
    """Leave it out of garbage collection, so that a full one costs next to nothing."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
