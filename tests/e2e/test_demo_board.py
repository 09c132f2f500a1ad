"""The demo's own consumer group, as ``groups`` shows it to whoever has just started the service."""

import json
import time

SECONDS = 60


def describe(cell, *arguments):
    shown = cell.run("groups", "--describe", "--group", "demo-board", "--json", *arguments)
    document = json.loads(shown.stdout)
    return document["groups"][0] if shown.returncode == 0 else document


def test_the_demo_has_a_group_that_keeps_up(cell):
    deadline = time.monotonic() + SECONDS
    while True:
        group = describe(cell)
        rows = group.get("offsets", [])
        keeps_up = [row["lag_seconds"] is not None and row["lag_seconds"] < SECONDS for row in rows]
        if len(rows) == 6 and all(keeps_up) and all(row["current_offset"] for row in rows):
            break
        assert time.monotonic() < deadline, group
    assert (group["state"], group["member_count"]) == ("Stable", 1)
    (member,) = describe(cell, "--members")["members"]
    assert member["client_id"] == "demo-board"
    assert member["assignment"] == [{"topic": "flights", "partitions": [0, 1, 2, 3, 4, 5]}]

    refused = cell.run(
        "groups", "--reset-offsets", "--group", "demo-board", "--to-earliest", "--all-topics",
        "--execute", "--json",
    )  # fmt: skip
    assert refused.returncode == 1
    assert json.loads(refused.stdout)["error"]["code"] == "NON_EMPTY_GROUP"
