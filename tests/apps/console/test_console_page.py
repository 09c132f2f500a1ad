"""The page that the console's addresses answer with; the build itself is a stand-in."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

PAGE = '<script src="/a.js" nonce="__CSP_NONCE__"></script><meta nonce="__CSP_NONCE__">'


@pytest.fixture
def build(settings: Any, tmp_path: Path) -> Path:
    settings.CONSOLE_BUILD = tmp_path
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


def get(path: str) -> tuple[int, str, dict[str, str]]:
    response = Client(headers={"host": "localhost"}).get(path)
    return response.status_code, response.content.decode(), dict(response.headers)


ADDRESSES = (
    "/", "/login", "/invitation", "/topics", "/topics/a.b/live", "/topics/%2e%2e", "/groups",
    "/groups/a%2Fb", "/brokers", "/members", "/service-accounts", "/keys", "/audit",
    "/acls", "/usage", "/quotas", "/settings", "/tenants", "/plans",
)  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.usefixtures("build")
def test_every_address_of_the_console_is_the_page(path: str) -> None:
    status, text, headers = get(path)
    assert status == 200
    assert "<script" in text
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/kafka/v3/nothing", "/topicsandmore", "/keys/x", "/x"]
)
@pytest.mark.usefixtures("build")
def test_other_addresses_are_not_the_page(path: str) -> None:
    status, text, _ = get(path)
    assert status == 404
    assert "<script" not in text


@pytest.mark.usefixtures("build")
def test_each_answer_has_a_nonce_of_its_own_and_no_inline_script() -> None:
    nonces = set()
    for _ in range(2):
        _, text, headers = get("/login")
        policy = headers["Content-Security-Policy"]
        found = re.search(r"'nonce-([\w-]{20,})'", policy)
        assert found is not None
        assert text == PAGE.replace("__CSP_NONCE__", found[1])
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy
        nonces.add(found[1])
    assert len(nonces) == 2


def test_without_a_build_it_says_what_to_do(build: Path) -> None:
    (build / "index.html").unlink()
    status, text, _ = get("/topics")
    assert status == 503
    assert "npm run build" in text


@pytest.mark.usefixtures("build")
def test_it_only_answers_reads() -> None:
    assert Client(headers={"host": "localhost"}).post("/login").status_code in (403, 405)
