"""A tenant with plugins that need nothing outside."""

import re

import pytest

from connect import plugins
from connect.plugins import Plugin
from connect.services import checked_config
from connect.states import Kind
from tenants.services.create_tenant import create_tenant


class Type:
    def __init__(self, name):
        self.name = name


class Key:
    def __init__(self, name, type="STRING"):
        self.name = name
        self.type = Type(type)

    names_target: bool = False


class Value:
    def __init__(self, name, errors):
        self.name = name
        self.errors = errors


class Definition:
    """As much of a ConfigDef as the services use."""

    keys = (Key("topic"), Key("tasks.max", "INT"), Key("pin", "PASSWORD"))

    def validate(self, config):
        number = config.get("tasks.max", "1")
        if re.fullmatch("[0-9]+", number):
            return []
        return [Value("tasks.max", [f"Invalid value {number} for configuration tasks.max"])]


class Bare(Plugin):
    """Without a connector that could refuse anything."""

    def contradictions(self, config):
        return []


PLUGINS = {
    name: Bare(name, kind, Definition(), object)
    for name, kind in {"ticks": Kind.SOURCE, "shelf": Kind.SINK}.items()
}


@pytest.fixture(autouse=True)
def _plugins(monkeypatch):
    for module in (plugins, checked_config):
        monkeypatch.setattr(module, "find_plugin", PLUGINS.get)


@pytest.fixture
def acme(db):
    return create_tenant(name="acme", by="test")


@pytest.fixture
def rival(db):
    return create_tenant(name="rival", by="test")
