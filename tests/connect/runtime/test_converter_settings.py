"""Converters' settings, among those of the connector that names them."""

import pytest

from connect.plugins import find_plugin
from connect.runtime.converter_settings import converter_faults, converter_settings

URL = "value.converter.schema.registry.url"
HTTP = {
    "name": "mine", "connector.class": "http-source", "topic": "t",
    "http.url": "https://good.example/in",
}  # fmt: skip


def names(config):
    return [key.name for key in converter_settings(config)]


def test_each_converter_has_its_own_under_its_prefix():
    both = {"value.converter": "avro", "key.converter": "string"}
    assert URL in names(both)
    assert all(name.startswith(tuple(f"{each}." for each in both)) for name in names(both))
    assert converter_settings(both).groups == ["Key Converter", "Value Converter"]


@pytest.mark.parametrize(
    "config",
    [{}, {"value.converter": ""}, {"value.converter": "no-such"}, {"header.converter": "simple"}],
)
def test_what_names_none_or_one_without_settings_has_none(config):
    assert names(config) == []
    assert converter_faults(config) == []


def test_a_connector_is_refused_with_what_is_wrong_about_its_converter():
    plugin = find_plugin("http-source")
    assert plugin.faults(HTTP) == []
    avro = {**HTTP, "value.converter": "avro"}
    assert [name for name, _message in plugin.faults(avro)] == [URL]
    assert plugin.faults({**avro, URL: "https://registry.example"}) == []
    assert URL in [key.name for key in plugin.definition_for(avro)]
