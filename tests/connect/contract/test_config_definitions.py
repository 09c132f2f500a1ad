"""What a configuration may say, in the words that Kafka's tools know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.catalogue import Kind, catalogue
from connect.spi.common_configs import SINK_COMMON, SOURCE_COMMON
from connect.spi.config import (
    SET_BY_THE_CONNECTOR,
    ConfigDef,
    ConfigKey,
    ConfigType,
    Password,
    at_least,
    between,
    non_empty,
    not_offered,
    one_of,
    parse_value,
    shown_when,
)
from connect.spi.errors import ConfigError

DEFINITION = ConfigDef(
    (
        ConfigKey("url", ConfigType.STRING, validator=non_empty),
        ConfigKey("secret", ConfigType.PASSWORD),
        ConfigKey("size", ConfigType.INT, 5, validator=between(1, 10)),
        ConfigKey("rate", ConfigType.DOUBLE, 1.0, validator=at_least(0)),
        ConfigKey("mode", ConfigType.STRING, "a", validator=one_of("a", "b")),
        ConfigKey("names", ConfigType.LIST, ()),
        ConfigKey("on", ConfigType.BOOLEAN, False),
    ),
    ("more.",),
)
GOOD = {"url": "x", "secret": "s3cret"}


def test_values_are_parsed_and_defaults_are_there():
    told = {**GOOD, "size": " 7 ", "names": "a, b", "on": "TRUE", "more.of": "this"}
    assert DEFINITION.parse(told) == {
        "url": "x", "secret": "s3cret", "size": 7, "rate": 1.0, "mode": "a",
        "names": ("a", "b"), "on": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"url": None}, 'Missing required configuration "url" which has no default value.'),
        ({"size": "x"}, "Invalid value x for configuration size: Not a number of type INT"),
        ({"size": "2147483648"}, "Not a number of type INT"),
        ({"size": "1_0"}, "Not a number of type INT"),
        ({"size": "0"}, "Invalid value 0 for configuration size: Value must be at least 1"),
        ({"size": "11"}, "Value must be no more than 10"),
        ({"rate": "nan"}, "Not a number of type DOUBLE"),
        ({"rate": "1_0"}, "Not a number of type DOUBLE"),
        ({"mode": "c"}, "String must be one of (case insensitive): a, b"),
        ({"url": ""}, "String must be non-empty"),
        ({"on": "yes"}, "Expected value to be either true or false"),
        ({"urll": "x"}, 'Unknown configuration "urll".'),
    ],
)
def test_what_is_wrong_is_said(told, fault):
    config = {name: value for name, value in {**GOOD, **told}.items() if value is not None}
    with pytest.raises(ConfigError) as raised:
        DEFINITION.parse(config)
    assert fault in str(raised.value)
    (errors,) = [value.errors for value in DEFINITION.validate(config) if value.errors]
    assert fault in errors[0]


def test_forms_offer_what_may_be_said_but_for_names_of_classes_and_what_kafka_does_not():
    kinds = one_of("json", "avro", "io.confluent.connect.s3.format.json.JsonFormat")
    definition = ConfigDef(
        (
            ConfigKey("kind", ConfigType.STRING, "json", validator=kinds),
            ConfigKey("tolerance", ConfigType.STRING, "none", validator=not_offered(kinds)),
        )
    )
    offered = {each.name: each.recommended_values for each in definition.validate({})}
    assert offered == {"kind": ("json", "avro"), "tolerance": ()}
    with pytest.raises(ConfigError, match="must be one of"):
        definition.parse({"tolerance": "some"})


class Columns:
    """Offers what there is in the table that the configuration names, while there is one."""

    def values(self, config):
        return {"orders": ("id", 7), None: ()}[config["table"]]

    def visible(self, config):
        return config["table"] is not None


RECOMMENDED = ConfigDef(
    (
        ConfigKey("table", ConfigType.STRING, None),
        ConfigKey("column", ConfigType.STRING, "id", recommender=Columns()),
        ConfigKey(
            "way", ConfigType.STRING, "up", validator=one_of("up", "down"), recommender=Columns()
        ),
        ConfigKey("user", ConfigType.STRING, None, recommender=shown_when("way", "Up")),
        ConfigKey("task", ConfigType.INT, 0, recommender=SET_BY_THE_CONNECTOR),
    )
)


def recommended(**config):
    """By key what a form offers, None where it does not show the key."""
    found = RECOMMENDED.validate(config)
    return {each.name: each.recommended_values if each.visible else None for each in found}


def test_a_recommender_goes_by_the_rest_of_the_configuration():
    assert recommended(table="orders") == {
        "table": (), "column": ("id", "7"), "way": ("id", "7"), "user": (), "task": None,
    }  # fmt: skip
    assert recommended(way="down") == {
        "table": (), "column": None, "way": None, "user": None, "task": None,
    }  # fmt: skip
    # What is recommended is no rule: another value is none of the faults.
    assert RECOMMENDED.parse({"table": "orders", "column": "price", "user": "u", "task": "3"})


def test_what_a_recommender_cannot_make_anything_of_is_judged_all_the_same(caplog):
    assert recommended(table="no such table")["way"] == ("up", "down")
    assert "what is recommended for column is not known" in caplog.text


def test_a_key_goes_by_one_that_is_wrong_as_if_it_were_unsaid():
    assert recommended(way="sideways")["user"] == ()


TOLD_TO_TASKS = {"stream", "copy.task", "copy.tasks", "object.task", "object.tasks", "task.count"}


def test_forms_do_not_ask_for_what_connectors_tell_their_tasks():
    hidden = {
        value.name
        for plugin in catalogue().all(Kind.SOURCE, Kind.SINK)
        for value in plugin.load().config.validate({})
        if not value.visible and plugin.path.startswith("connect.")
    }
    assert hidden >= TOLD_TO_TASKS


def test_forms_ask_for_what_the_chosen_way_needs():
    def asked(name, **config):
        told = {key.replace("_", "."): value for key, value in config.items()}
        values = catalogue().connector(name).load().config.validate(told)
        return {each.name for each in values if each.visible}

    login = {each for each in asked("http-sink") if each.startswith("auth.")}
    assert login == {"auth.type"}
    bearer = asked("http-sink", auth_type="Bearer") - asked("http-sink")
    assert bearer == {"auth.token"}
    assert "paging.cursor.pointer" in asked("http-source", paging_mode="cursor")
    assert "paging.cursor.pointer" not in asked("http-source", paging_mode="link")
    assert "external.version.field" in asked("elasticsearch-sink", external_version="field")
    assert "use.autogenerated.ids" not in asked("elasticsearch-sink")
    assert "timestamp.column.name" not in asked("jdbc-source", mode="bulk")


def test_all_faults_are_said_at_once():
    with pytest.raises(ConfigError) as raised:
        DEFINITION.parse({"size": "x", "rate": "y"})
    assert str(raised.value).count("configuration") == 4


@given(st.text(min_size=1))
def test_a_secret_is_never_shown(text):
    secret = Password(text)
    assert secret == text
    assert secret.secret == text
    assert f"{secret} {secret!r} {secret}" == "[hidden] [hidden] [hidden]"
    (value,) = [v for v in DEFINITION.validate({**GOOD, "secret": text}) if v.name == "secret"]
    assert value.value == "[hidden]"


@given(st.text())
def test_any_text_is_a_value_or_a_fault(text):
    for type_ in ConfigType:
        fault = "configuration name"
        try:
            parse_value("name", text, type_)
        except ConfigError as error:
            fault = str(error)
        assert "configuration name" in fault


def test_whoever_comes_later_defines_a_name():
    both = DEFINITION + ConfigDef((ConfigKey("size", ConfigType.INT, 50),))
    assert both.parse(GOOD)["size"] == 50
    assert [key.name for key in both].count("size") == 1


@pytest.mark.parametrize("common", [SOURCE_COMMON, SINK_COMMON])
def test_common_keys_have_a_place_in_a_form_and_a_word_of_what_they_are(common):
    for key in common:
        assert key.doc
        assert key.group
        assert key.display_name
    assert common.parse({"name": "n", "connector.class": "c"})["tasks.max"] == 1
