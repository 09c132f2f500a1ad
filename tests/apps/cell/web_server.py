"""An application behind uvicorn, as the web process has it."""

import threading
from contextlib import contextmanager

import uvicorn

from streaming import web
from streaming.tls_server import TlsServer
from tests.apps.edge_service import wait_for


@contextmanager
def serving(application, tls=None, **options):
    """The port on which ``application`` is served as the web process serves; ``tls`` is a context
    to do so over TLS."""
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        log_config=None,
        **(web.server_options() | options),
    )
    server = uvicorn.Server(config) if tls is None else TlsServer(config, tls)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started, "uvicorn serves")
        yield server.servers[0].sockets[0].getsockname()[1] if tls is None else server.port
    finally:
        server.should_exit = True
        thread.join(60)
