"""Rules of the security checklist that no scanner knows: how secrets are compared, and what a task
may be made of."""

import ast

import pytest
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads, prepare_accept_content

from streaming.celery import app
from tests.architecture.test_tidy import PACKAGES, ROOT, modules

SECRET_WORDS = frozenset({
    "digest", "hexdigest", "hmac", "mac", "password", "proof", "secret", "server_key", "signature",
    "stored_key", "token", "verifier",
})  # fmt: skip
PUBLIC = {
    ("brokers/groups/classic/sessions.py", "token"): "names a connection of this process",
    ("brokers/groups/consumer/progress.py", "digest"): "of a group's topics, shown to nobody",
    ("connect/connectors/objects/standing.py", "digest"): "of an object, which its store told",
    ("tenants/audit.py", "digest"): "the audit log's chain, which its readers see",
}
"""What is compared as any value is, since nobody gains by guessing it."""


def compared(source: str) -> set[str]:
    """Words for secrets that ``==`` or ``!=`` has at one side: it stops at the first difference,
    and so tells how much of a guess was right (CVE-2021-38153)."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [node.left, node.comparators[0]]
            if not any(isinstance(side, ast.Constant) for side in sides):
                found |= {_word(side) for side in sides} & SECRET_WORDS
    return found


def _word(side: ast.expr) -> str:
    match side:
        case ast.Call(func=called):
            return _word(called)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def test_secrets_are_compared_in_constant_time() -> None:
    found = {
        (str(path.relative_to(ROOT)), word)
        for path in modules(*PACKAGES)
        for word in compared(path.read_text())
    }
    assert found == set(PUBLIC), "use hmac.compare_digest, or say here why it is no secret"


@pytest.mark.parametrize(
    "line", ["a.secret == b", "x != made.hexdigest()", "stored_key == sha256(key).digest()"]
)
def test_the_search_would_see_one(line: str) -> None:
    assert compared(line)


def test_the_queue_takes_json_and_nothing_that_can_be_code() -> None:
    accepted = prepare_accept_content(app.conf.accept_content)
    for kind in ("x-python-serialize", "x-yaml", "x-msgpack"):
        with pytest.raises(ContentDisallowed):
            loads(b"x", f"application/{kind}", "binary", accept=accepted)
    assert loads(b"[1]", "application/json", "utf-8", accept=accepted) == [1]
    assert app.conf.result_accept_content is None, "as what is accepted of tasks"
