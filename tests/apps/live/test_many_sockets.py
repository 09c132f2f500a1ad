"""A thousand sockets that come at once: as many as may are let in, the others are told why."""

import asyncio
import json
import resource

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from streaming.live import endpoint
from streaming.live.admission import SOCKETS_UNAUTHENTICATED_MAX
from streaming.quotas.tenant_limits import process_limits
from tenants.services.set_tenant_limits import set_tenant_limits

SOCKETS = 1_000
ALLOWED = 700
SECONDS = 120


@pytest.fixture(autouse=True)
def _room_for_both_ends():
    """Service and clients are one process here: a socket takes two descriptors of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * SOCKETS
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"needs: {wanted} open files; this machine allows {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def all_at_once(url, count, headers=None):
    """The sockets that were opened, and the answers of those that were not."""

    async def one():
        options = {"open_timeout": SECONDS, "ping_interval": None, "proxy": None}
        return await connect(url, additional_headers=headers, **options)

    ends = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
    opened = [each for each in ends if not isinstance(each, BaseException)]
    refused = [each for each in ends if isinstance(each, BaseException)]
    assert all(isinstance(each, InvalidStatus) for each in refused), refused[:3]
    return opened, [each.response for each in refused]


async def closed(sockets):
    await asyncio.gather(*(each.close() for each in sockets))


async def record_of(socket):
    """The first record's value."""
    async with asyncio.timeout(SECONDS):
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "records":
                return frame["records"][0]["value"]["data"]


async def ready(socket):
    async with asyncio.timeout(SECONDS):
        assert json.loads(await socket.recv())["type"] == "ready"


async def test_a_thousand_at_once_are_let_in_or_told_why_and_miss_nothing(edge):
    tenant = await asyncio.to_thread(edge.tenant)
    topic = await asyncio.to_thread(edge.topic, tenant)
    limits = {"websockets": ALLOWED, "rest_requests_per_s": 2 * SOCKETS}

    def allow():
        set_tenant_limits(tenant_id=tenant.id, by="test", limits=limits)
        process_limits().renewed(tenant.id)

    await asyncio.to_thread(allow)
    login = {"Authorization": httpx.BasicAuth(*tenant.service)._auth_header}
    url = edge.url.replace("http", "ws") + f"/ws/v1/topics/{topic}?from=earliest&mode=lossless"
    opened, refused = await all_at_once(url, SOCKETS, login)
    try:
        assert (len(opened), len(refused)) == (ALLOWED, SOCKETS - ALLOWED)
        for answer in refused:
            assert answer.status_code == 429
            message = json.loads(answer.body)["message"]
            assert tenant.name in message
            assert f"websockets is {ALLOWED}" in message
        await asyncio.gather(*map(ready, opened))
        record = {"value": {"type": "STRING", "data": "for everybody"}}
        path = f"{tenant.path}/topics/{topic}/records"
        async with httpx.AsyncClient(base_url=edge.url, timeout=SECONDS) as client:
            written = await client.post(path, json=record, auth=tenant.service)
        assert written.status_code == 200, written.text
        assert set(await asyncio.gather(*map(record_of, opened))) == {"for everybody"}
    finally:
        await closed(opened)


async def test_so_many_may_be_about_to_say_who_they_are(edge, monkeypatch):
    # On a slow machine the first would be given up before the last has come.
    monkeypatch.setattr(endpoint, "AUTH_SECONDS", SECONDS)
    url = edge.url.replace("http", "ws") + "/ws/v1/stream"
    opened, refused = await all_at_once(url, SOCKETS_UNAUTHENTICATED_MAX + 20)
    try:
        assert len(opened) == SOCKETS_UNAUTHENTICATED_MAX
        assert {answer.status_code for answer in refused} == {429}
        assert "have not said whose they are" in json.loads(refused[0].body)["message"]
    finally:
        await closed(opened)
