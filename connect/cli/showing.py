"""``connectors --list``, ``--describe``, ``--plugins`` and ``--log``."""

from collections.abc import Mapping
from typing import Any

from connect.cli.documents import (
    Json,
    config_table,
    connector_document,
    connectors_table,
    tasks_table,
)
from connect.forms.plugin_documents import key_document
from connect.selectors.connectors import (
    connector_info,
    connector_status,
    connectors_of,
    statuses_of,
)
from connect.selectors.plugins import all_plugins, definition_of
from connect.selectors.task_logs import LINES_DEFAULT, task_log
from tenants.cli.answer import Answer, Table
from tenants.errors import NotFound
from tenants.models import Tenant


def show_list(tenant: Tenant) -> Answer:
    statuses = statuses_of(tenant.id)
    documents = [
        connector_document(info, statuses[info.name])
        for info in connectors_of(tenant.id)
        if info.name in statuses
    ]
    document = {"tenant": tenant.name, "connectors": documents}
    return Answer(document, (connectors_table(documents),))


def show_connectors(tenant: Tenant, name: str | None) -> Answer:
    """One, or all of them. Raises ``NotFound``."""
    infos = connectors_of(tenant.id) if name is None else [connector_info(tenant.id, name)]
    documents: list[Json] = []
    text: list[Table | str] = []
    for info in infos:
        document = connector_document(info, connector_status(tenant.id, info.name))
        documents.append(document | {"config": info.config})
        text += [
            connectors_table([document]), tasks_table(document["tasks"]), config_table(info.config)
        ]  # fmt: skip
        traces = [document["trace"], *(task["trace"] for task in document["tasks"])]
        for trace in filter(None, traces):
            text += trace.splitlines()
    return Answer({"tenant": tenant.name, "connectors": documents}, tuple(text))


def show_plugins(name: str | None) -> Answer:
    """All, or one's keys. Raises ``NotFound``."""
    if name is not None:
        return _keys(name)
    documents = [
        {
            "plugin": each.name,
            "type": each.kind,
            "version": each.version,
            "title": each.title,
            "aliases": list(each.aliases),
        }
        for each in all_plugins()
    ]
    rows = tuple((each["plugin"], each["type"], each["title"]) for each in documents)
    return Answer({"plugins": documents}, (Table(("PLUGIN", "TYPE", "FOR"), rows),))


def _keys(name: str) -> Answer:
    definition = definition_of(name)
    if definition is None:
        raise NotFound(f"there is no plugin {name!r}; `connectors --plugins` lists them")
    documents = [key_document(key) for key in definition.keys]
    rows = tuple(
        (
            each["name"],
            each["type"],
            "required" if each["required"] else each["default_value"],
            each["documentation"],
        )
        for each in documents
    )
    table = Table(("KEY", "TYPE", "DEFAULT", "FOR"), rows)
    return Answer({"plugin": name, "keys": documents}, (table,))


def show_log(tenant: Tenant, options: Mapping[str, Any]) -> Answer:
    """Raises ``NotFound``."""
    name, number = options["connector"], options["task"]
    lines = task_log(tenant.id, name, number, options["lines"] or LINES_DEFAULT)
    documents = [
        {
            "at": line.at,
            "level": line.level,
            "message": line.message,
            "generation": line.generation,
        }
        for line in lines
    ]
    document = {"tenant": tenant.name, "connector": name, "task": number, "lines": documents}
    rows = tuple((each.at, each.level, each.message) for each in lines)
    return Answer(document, (Table(("AT", "LEVEL", "MESSAGE"), rows),))
