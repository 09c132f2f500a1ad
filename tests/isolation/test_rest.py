"""Every HTTP route: what is another tenant's is answered like what does not exist."""

import pytest

from tests.apps.access.routes.row import Row
from tests.isolation.http_case import (
    MAKES_OWN,
    WHOSE,
    absent_like,
    names_a_thing,
    parameters,
    question,
    rows,
    told,
)
from tests.isolation.http_world import HttpSide

NAMED = rows()
READING = [row for row in NAMED if row.method == "GET"]
CALLERS = ("key", "owner")


def asked(me: HttpSide, caller: str, row: Row, names: dict[str, str]):
    return question(row, names).ask(me.callers[caller])


@pytest.mark.parametrize("row", NAMED, ids=str)
def test_foreign_and_absent_are_the_same(sides, row):
    me, them = sides
    foreign = dict(them.names)
    absent = absent_like(foreign)
    mine = {parameter: me.names[parameter] for parameter in WHOSE}
    for caller in CALLERS:
        # Under its own tenant, then as if it were one's own.
        for over in ({}, mine) if names_a_thing(row) else ({},):
            one = asked(me, caller, row, foreign | over)
            two = asked(me, caller, row, absent | over)
            same = told(one, {**foreign, **over}, {**absent, **over})
            assert same == told(two, {}, {}), (caller, over, one.text[:300], two.text[:300])
            assert f"the secret of {them.tenant.name}" not in one.text
            if not over and any(whose in parameters(row.path) for whose in WHOSE):
                assert one.status_code == row.foreign, one.text[:300]


@pytest.mark.parametrize("row", READING, ids=str)
def test_ones_own_is_answered(sides, row):
    """Else the routes above would be asked in a way that is refused for its form."""
    me, _ = sides
    named = {**me.names, **{key: value for key, value in row.names.items() if value != "absent"}}
    own = asked(me, "key", row, named)
    absent = asked(me, "key", row, absent_like(dict(me.names)))
    assert own.status_code in {200, 400} or (own.status_code, own.text) != (
        absent.status_code,
        absent.text,
    ), own.text[:300]


def test_exceptions_speak_of_routes():
    assert MAKES_OWN.keys() <= {str(row) for row in NAMED}


def test_they_have_what_they_had(sides):
    """Nothing that was asked about foreign things did anything to them."""
    _, them = sides
    key = them.callers["key"]
    topic, group = them.names["topic"], them.names["group"]
    assert key.get(f"{them.tenant.path}/topics/{topic}").status_code == 200
    lags = key.get(f"{them.tenant.path}/consumer-groups/{group}/lags").json()["data"]
    assert [(lag["topic_name"], lag["current_offset"]) for lag in lags] == [(topic, 1)]
    records = key.get(f"{them.tenant.path}/topics/{topic}/partitions/0/records?timeout_ms=0")
    assert records.text.count("the secret of") == 1
    tenant = f"/api/v1/tenants/{them.tenant.name}"
    accounts = {each["name"] for each in key.get(f"{tenant}/service-accounts").json()["data"]}
    assert them.names["name"] in accounts
    connector = key.get(f"/connect/connectors/{them.names['connector']}").json()
    assert [task["task"] for task in connector["tasks"]] == [0]
    members = {each["login"]: each["role"] for each in key.get(f"{tenant}/members").json()["data"]}
    assert members[them.names["login"]] == "viewer"
    invited = {each["login"] for each in key.get(f"{tenant}/invitations").json()["data"]}
    assert them.names["invited"] in invited
    keys = {each["key_id"]: each["state"] for each in key.get(f"{tenant}/api-keys").json()["data"]}
    assert keys[them.names["key_id"]] == "active"
