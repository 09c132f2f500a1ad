"""The web process: HTTP by Django, its bodies bounded, and websockets by plain ASGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streaming.settings")
http = get_asgi_application()

# Imported after Django is set up: the applications import models.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from streaming.access.refusals import NoteRefusals  # noqa: E402
from streaming.access.request_origin import RequestOrigin  # noqa: E402
from streaming.events.hints import send_from_this_process  # noqa: E402
from streaming.live.routing import websocket_urlpatterns  # noqa: E402
from streaming.postgresql.turns import TakingTurns  # noqa: E402
from streaming.quotas.exchange import share_from_this_process  # noqa: E402
from streaming.rest.records_door import RecordsDoor  # noqa: E402
from streaming.rest.request_body import BoundedBody  # noqa: E402

# No middleware around the websockets: who may open one is `streaming.live.socket_caller`'s to say.
# Channels' origin validator would turn away every program that is not a browser.
application = RequestOrigin(
    NoteRefusals(
        ProtocolTypeRouter(
            {
                "http": BoundedBody(RecordsDoor(TakingTurns(http))),
                "websocket": URLRouter(websocket_urlpatterns),
            }
        )
    )
)

send_from_this_process()
share_from_this_process()
