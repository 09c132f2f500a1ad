"""Every answer of the web process says what it may load, and nothing allows inline script."""

import pytest
from django.test import AsyncClient, Client

from streaming.content_security_policy import NOTHING

ANSWERS = [
    "/login", "/nothing-here", "/api/v1/nothing", "/api/docs", "/api/openapi.json",
    "/kafka/v3/clusters/x/topics", "/admin/", "/static/streaming/backoffice.css",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_has_a_policy(path: str) -> None:
    answer = Client(headers={"host": "localhost"}).get(path)
    policy = answer.headers["Content-Security-Policy"]
    script = [each for each in policy.split("; ") if each.startswith(("script", "default"))]
    assert script
    assert "unsafe" not in " ".join(script)
    assert "frame-ancestors 'none'" in policy


async def test_what_runs_no_script_may_load_nothing() -> None:
    for path in ("/api/v1/nothing", "/nothing-here"):
        answer = await AsyncClient(headers={"host": "localhost"}).get(path)
        assert answer.status_code == 404
        assert answer.headers["Content-Security-Policy"] == NOTHING
