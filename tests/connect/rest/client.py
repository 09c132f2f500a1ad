"""A client of ``/connect`` inside the test's transaction."""

import base64
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.connect.rest.worker_stand_in import StandIn


class ConnectClient:
    """Asks by an API key. After each answer the stand-in has done its work."""

    def __init__(self, tenant: Any, key: tuple[str, str], stand_in: StandIn) -> None:
        login = base64.b64encode(":".join(key).encode()).decode()
        self.tenant = tenant
        self._client = Client(headers={"Authorization": f"Basic {login}"})
        self._stand_in = stand_in

    def ask(self, method: str, path: str, body: Any = None) -> HttpResponse:
        """``path`` is below ``/connect`` unless it begins with ``/api``."""
        return self.send(method, path, "" if body is None else json.dumps(body))

    def send(self, method: str, path: str, data: str | bytes) -> HttpResponse:
        """The same with a body that need not be JSON."""
        url = path if path.startswith("/api/") else f"/connect{path}"
        answer = self._client.generic(method, url, data, content_type="application/json")
        self._stand_in.work()
        return answer
