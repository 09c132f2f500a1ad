"""An application behind uvicorn, as the web process has it."""

import threading
from contextlib import contextmanager

import uvicorn

from streaming import web
from tests.apps.edge_service import wait_for


@contextmanager
def serving(application, **options):
    """The port on which ``application`` is served as the web process serves."""
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        log_config=None,
        **(web.server_options() | options),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started, "uvicorn serves")
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
