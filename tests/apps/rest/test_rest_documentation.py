"""docs/rest.md, sections Groups and REST v2: their examples are sent as they are printed."""

import json
import re
import shlex
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[3] / "docs" / "rest.md").read_text()
BLOCKS = re.findall(r"^```[a-z]*\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def tenant(edge):
    return edge.tenant()


@pytest.fixture
def run(edge, tenant):
    """``run(block)``: the answers of the block's ``curl`` commands, sent by httpx as curl would."""
    names = {
        "HEADWATER": edge.url,
        "CLUSTER": tenant.cluster_id,
        "KEY": tenant.service[0],
        "SECRET": tenant.service[1],
    }

    def run_block(block):
        answers = []
        with edge.client() as client:
            for line in block.replace("\\\n", " ").splitlines():
                words = [filled(word, names) for word in shlex.split(line)]
                if words[0] == "curl":
                    answers.append(send(client, words[1:]))
                else:
                    name, _, value = words[0].partition("=")
                    names[name] = value
        return answers

    return run_block


def filled(text, names):
    return re.sub(r"\$([A-Z]+)", lambda match: names[match[1]], text)


def send(client, words):
    """What curl would send for these options: those that the examples use."""
    method, url, content, auth, headers = "", "", None, None, {}
    while words:
        match words.pop(0):
            case "-u":
                auth = tuple(words.pop(0).split(":"))
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                content = words.pop(0)
                headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            case "-X":
                method = words.pop(0)
            case word:
                assert not word.startswith("-"), f"this test does not know curl's {word}"
                url = word
    method = method or ("GET" if content is None else "POST")
    answer = client.request(method, url, content=content, headers=headers, auth=auth)
    assert answer.is_success, (method, url, answer.text)
    return answer


def test_the_examples_do_what_they_say(edge, tenant, run):
    with edge.client(tenant.administrator) as admin:
        body = {"topic_name": "orders", "partitions_count": 1}
        assert admin.post(f"{tenant.path}/topics", json=body).status_code == 201
        record = {"value": {"type": "JSON", "data": {"total": 12.5}}}
        admin.post(f"{tenant.path}/topics/orders/records", json=record).raise_for_status()
    (session,) = [block for block in BLOCKS if "/consumers/billing" in block]
    created, _subscribed, records, committed, _deleted = run(session)
    assert created.json()["instance_id"] == "one"
    assert [each["value"] for each in records.json()] == [{"total": 12.5}]
    place = {"topic": "orders", "partition": 0, "offset": 1, "metadata": ""}
    assert committed.json() == [place]

    (reset,) = [block for block in BLOCKS if "offsets:reset" in block]
    (proposed,) = run(reset)
    (row,) = json.loads(proposed.text)["data"]
    assert (row["current_offset"], row["new_offset"]) == (1, 0)
