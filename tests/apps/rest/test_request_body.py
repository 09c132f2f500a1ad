import json

import pytest

from streaming.rest.request_body import BODY_BYTES_MAX, STREAM_KEY, BoundedBody

PRODUCE = "/kafka/v3/clusters/lkc-1/topics/flights/records"


def scope(path="/api/v1/session", headers=()):
    return {"type": "http", "method": "POST", "path": path, "headers": list(headers)}


def source(*chunks):
    messages = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


class Sink(list):
    async def __call__(self, message):
        self.append(message)

    @property
    def status(self):
        return self[0]["status"]

    @property
    def json(self):
        return json.loads(self[1]["body"])


async def read_all(_scope, receive, send):
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(len(body)).encode()})


async def test_an_ordinary_body_passes():
    sink = Sink()
    await BoundedBody(read_all)(scope(), source(b"ab", b"c"), sink)
    assert (sink.status, sink.json) == (200, 3)


async def test_a_body_that_announces_too_much_is_not_read():
    async def never(*_):
        pytest.fail("the application was asked")

    headers = [(b"content-length", str(BODY_BYTES_MAX + 1).encode())]
    sink = Sink()
    await BoundedBody(never)(scope(headers=headers), source(), sink)
    assert (sink.status, sink.json["error_code"]) == (413, 413)


async def test_a_body_that_grows_too_long_is_ended():
    sink = Sink()
    half = b"x" * (BODY_BYTES_MAX // 2 + 1)
    await BoundedBody(read_all)(scope(), source(half, half, half), sink)
    assert (sink.status, sink.json["error_code"]) == (413, 413)
    assert len(sink) == 2


async def test_the_records_of_a_produce_request_are_handed_on_as_they_arrive():
    seen = []

    async def application(scope, receive, _send):
        assert (await receive()) == {"type": "http.request", "body": b"", "more_body": False}
        async for chunk in scope[STREAM_KEY].chunks():
            seen.append(chunk)

    big = b"x" * BODY_BYTES_MAX
    await BoundedBody(application)(scope(PRODUCE), source(b"{}", b"", big, b"{}"), Sink())
    assert seen == [b"{}", big, b"{}"]


async def test_a_client_that_goes_away_ends_the_stream():
    async def application(scope, _receive, _send):
        body = scope[STREAM_KEY]
        async for _chunk in body.chunks():
            pass
        assert body.disconnected

    async def receive():
        return {"type": "http.disconnect"}

    await BoundedBody(application)(scope(PRODUCE), receive, Sink())
