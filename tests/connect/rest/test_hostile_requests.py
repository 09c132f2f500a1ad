"""What no honest client sends, to every endpoint that takes a body or a name."""

import json
from urllib.parse import quote

import pytest

from connect.connectors.postgresql_cdc.position import stored_position
from connect.spi.errors import ConnectError
from connect.task.offset_keys import stored_key
from tests.connect.rest.test_whose import CONFIG, told

SINK = {"connector.class": "FileStreamSink", "file": "f", "topics": "t"}
DEEP = '{"a":' * 100_000 + "1" + "}" * 100_000
DEEP_ENOUGH_FOR_JSON = '{"a":' * 300 + "1" + "}" * 300


def offsets(partition, offset):
    return f'{{"offsets":[{{"partition":{partition},"offset":{offset}}}]}}'


BODIES = {
    "nothing": "",
    "no json": "{",
    "two": "{}{}",
    "null": "null",
    "a list": "[]",
    "a text": '"x"',
    "half of a pair": '{"a":"\\ud800"}',
    "half of a pair in a name": '{"\\ud800":"a"}',
    "NUL": '{"a":"\\u0000"}',
    "no UTF-8": b'{"a":"\xff"}',
    "UTF-16": '{"a":"b"}'.encode("utf-16"),
    "no number": '{"a":NaN}',
    "more than any number": '{"a":1e400}',
    "too many digits": f'{{"a":{"1" * 5_000}}}',
    "too deep": DEEP,
    "a value is an object": '{"a":{}}',
    "a class is a list": '{"connector.class":[]}',
    "a class of Python's": '{"connector.class":"os:system"}',
    "an offset of a text": offsets('"p"', "1"),
    "a deep partition": offsets(DEEP_ENOUGH_FOR_JSON, '{"position":1}'),
    "a deep offset": offsets('{"filename":"f"}', DEEP_ENOUGH_FOR_JSON),
    "a far offset": offsets('{"filename":"f"}', '{"position":' + "9" * 4_000 + "}"),
    "a topic longer than any": offsets(
        json.dumps({"kafka_topic": "t" * 40_000, "kafka_partition": 0}), '{"kafka_offset":1}'
    ),
    "a name that is a list": json.dumps({"name": ["x"], "config": CONFIG}),
    "a name of many characters": json.dumps({"name": "x" * 10_000, "config": CONFIG}),
    "another name within": json.dumps({"name": "x", "config": {**CONFIG, "name": "y"}}),
}
ENDPOINTS = [
    ("POST", "/connectors"),
    ("PUT", "/connectors/source/config"),
    ("PUT", "/connectors/new/config"),
    ("PATCH", "/connectors/source/config"),
    ("PATCH", "/connectors/source/offsets"),
    ("PATCH", "/connectors/sink/offsets"),
    ("PUT", "/connector-plugins/FileStreamSource/config/validate"),
    ("PUT", "/admin/loggers/root"),
    ("POST", "/api/v1/tenants/acme/connect/connectors:try"),
]


@pytest.fixture
def both(connect, stand_in):
    stand_in._has_read |= {"source", "sink"}
    for name, config in (("source", CONFIG), ("sink", SINK)):
        body = {"name": name, "config": config, "initial_state": "STOPPED"}
        assert connect.ask("POST", "/connectors", body).status_code == 201
    return connect


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_what_cannot_be_read_is_refused_in_words(both, method, path):
    before = told(both.ask("GET", "/connectors?expand=info"))
    for what, body in BODIES.items():
        answer = both.send(method, path, body)
        assert answer.status_code < 500, (what, answer.content)
        if answer.status_code >= 400:
            said = told(answer)
            assert said.keys() == {"error_code", "message"}, what
            assert said["error_code"] == answer.status_code
            assert said["message"], what
            assert len(answer.content) < 1_000, what
    assert told(both.ask("GET", "/connectors?expand=info")) == before


@pytest.mark.parametrize("name", ["a/b", "source/config", "/", ".", ".."])
def test_a_name_that_no_url_leads_to_is_refused(both, name):
    answer = both.ask("POST", "/connectors", {"name": name, "config": CONFIG})
    assert answer.status_code == 400
    assert "no URL would lead to it" in told(answer)["message"]
    assert told(both.ask("GET", "/connectors")) == ["sink", "source"]


@pytest.mark.parametrize(
    "name", ["n" * 48, "n" * 200, "é" * 200, "😀" * 47, "a%2Fb", "a?b#c;d", "*"]
)
def test_any_other_name_leads_to_its_connector(both, name):
    made = both.ask("POST", "/connectors", {"name": name, "config": CONFIG})
    assert made.status_code == 201, made.content
    path = f"/connectors/{quote(name, safe='')}"
    assert made["Location"].endswith(path)
    assert told(both.ask("GET", path))["name"] == name
    assert both.ask("DELETE", path).status_code == 204


@pytest.mark.parametrize("refuse", [lambda each: stored_key("mine", each), stored_position])
def test_what_is_refused_for_its_form_is_repeated_in_short(refuse):
    with pytest.raises(ConnectError) as caught:
        refuse({"far": 10**4_000, "long": "x" * 500_000})
    assert len(str(caught.value)) < 500


def test_nobody_chooses_a_form_that_there_is_not(connect):
    assert told(connect.ask("GET", "/connectors?format=xml")) == []
