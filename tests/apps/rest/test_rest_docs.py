"""docs/rest.md, section Records: its examples are run as they are printed, in their order."""

import json
import re
import subprocess
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "rest.md"
EXAMPLE = re.compile(r"```sh\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)


def section(title):
    text = DOCUMENT.read_text()
    begin = text.index(f"\n## {title}\n")
    end = text.find("\n## ", begin + 1)
    return text[begin : end if end > 0 else None]


def documents(text):
    """The JSON documents that stand one after another in ``text``."""
    decoder, found, position = json.JSONDecoder(), [], 0
    text = text.strip()
    while position < len(text):
        document, position = decoder.raw_decode(text, position)
        found.append(document)
        while position < len(text) and text[position].isspace():
            position += 1
    return found


def differs(shown, real, at="answer"):
    """Where ``real`` is not as shown; "…" stands for anything, and it may have more fields."""
    if shown == "…":
        return []
    if isinstance(shown, dict) and isinstance(real, dict):
        return [
            fault
            for name, value in shown.items()
            for fault in (
                differs(value, real[name], f"{at}.{name}")
                if name in real
                else [f"{at}.{name} is absent"]
            )
        ]
    if isinstance(shown, list) and isinstance(real, list) and len(shown) == len(real):
        pairs = enumerate(zip(shown, real, strict=True))
        return [fault for n, (one, two) in pairs for fault in differs(one, two, f"{at}[{n}]")]
    return [] if shown == real else [f"{at} is {real!r}, shown as {shown!r}"]


def test_the_examples_do_what_they_say(edge):
    tenant = edge.tenant()
    with edge.client(tenant.administrator) as client:
        body = {"topic_name": "orders", "partitions_count": 1}
        assert client.post(f"{tenant.path}/topics", json=body).status_code == 201
    key, secret = tenant.service
    variables = {
        "URL": edge.url + tenant.path,
        "KEY": key,
        "SECRET": secret,
        "PATH": "/usr/bin:/bin",
    }
    examples = EXAMPLE.findall(section("Records"))
    assert len(examples) == 7
    for script, shown in examples:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=variables, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (script, done.stderr)
        assert differs(documents(shown), documents(done.stdout)) == [], (script, done.stdout)
