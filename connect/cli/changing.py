"""What ``connectors`` changes: configs, states, and ending a connector."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from connect.cli.documents import connector_document, connectors_table
from connect.cli.files import named_config
from connect.cli.options import SECONDS
from connect.cli.waiting import progress_line, wait_until_settled
from connect.plugins import find_plugin
from connect.selectors.connectors import (
    ConnectorStatus,
    active_topics,
    connector_info,
    connector_status,
)
from connect.services.checked_config import checked_config
from connect.services.create_connector import create_connector
from connect.services.delete_connector import delete_connector
from connect.services.patch_config import patch_config
from connect.services.pause_connector import pause_connector
from connect.services.put_config import put_config
from connect.services.restart_connector import restart_connector
from connect.services.restart_task import restart_task
from connect.services.resume_connector import resume_connector
from connect.services.stop_connector import stop_connector
from connect.states import HIDDEN, Kind, TargetState
from tenants.cli.answer import Answer
from tenants.cli.confirmation import confirm
from tenants.cli.failures import UsageProblem
from tenants.cli.tenant_choice import operator
from tenants.models import Tenant

Options = Mapping[str, Any]

_TURNING: Mapping[str, Callable[..., None]] = {
    "pause": pause_connector,
    "resume": resume_connector,
    "stop": stop_connector,
}


def create(tenant: Tenant, options: Options) -> Answer:
    """Raises ``CommandFailure`` when it was made and then failed: it stays."""
    name, config = named_config(options)
    if name is None or not config:
        raise UsageProblem("--create needs --connector, and --config or --set.")
    if options["dry_run"]:
        checked = checked_config(name, config)
        document = {"tenant": tenant.name, "connector": name, "type": str(checked.kind)}
        text = f"would make connector {name}, a {checked.kind} of plugin {checked.plugin}"
        return Answer(document | {"plugin": checked.plugin, "created": False}, (text,))
    create_connector(
        tenant_id=tenant.id,
        by=operator(),
        name=name,
        config=config,
        initial_state=TargetState(options["initial_state"] or TargetState.RUNNING),
    )
    return _outcome(tenant, name, options, {"created": True})


def alter(tenant: Tenant, options: Options) -> Answer:
    """``--config`` replaces the whole of it, ``--set`` and ``--unset`` alone change some keys."""
    name = options["connector"]
    _named, config = named_config(options)
    unset: list[str] = options["unset"]
    if not config and not unset:
        raise UsageProblem("--alter needs --config, --set or --unset.")
    if options["config"] is not None and unset:
        raise UsageProblem("--unset changes the config there is; --config replaces it.")
    info = connector_info(tenant.id, name)
    after = config if options["config"] is not None else {**info.config, **config}
    after = {key: value for key, value in after.items() if key not in unset}
    if options["dry_run"]:
        before = info.config
        changed = sorted(
            key
            for key in {*before, *after} - {"name"}
            if before.get(key) != after.get(key) and after.get(key) != HIDDEN
        )
        document = {"tenant": tenant.name, "connector": name, "changed": changed, "altered": False}
        return Answer(document, (f"would change {', '.join(changed) or 'nothing'} of {name}",))
    if options["config"] is not None:
        put_config(tenant_id=tenant.id, by=operator(), name=name, config=config)
    else:
        changes: dict[str, str | None] = {**config, **dict.fromkeys(unset)}
        patch_config(tenant_id=tenant.id, by=operator(), name=name, changes=changes)
    return _outcome(tenant, name, options, {"altered": True})


def turn(tenant: Tenant, options: Options) -> Answer:
    """``--pause``, ``--resume`` and ``--stop``."""
    name = options["connector"]
    _TURNING[options["action"]](tenant_id=tenant.id, by=operator(), name=name)
    return _outcome(tenant, name, options, {})


def restart(tenant: Tenant, options: Options) -> Answer:
    name = options["connector"]
    if options["task"] is not None:
        restart_task(tenant_id=tenant.id, by=operator(), name=name, number=options["task"])
    else:
        restart_connector(
            tenant_id=tenant.id,
            by=operator(),
            name=name,
            include_tasks=options["include_tasks"],
            only_failed=options["only_failed"],
        )
    return _outcome(tenant, name, options, {})


def delete(tenant: Tenant, options: Options) -> Answer:
    name = options["connector"]
    info, topics = connector_info(tenant.id, name), active_topics(tenant.id, name)
    document = {
        "tenant": tenant.name,
        "connector": name,
        "type": str(info.kind),
        "tasks": len(info.task_numbers),
        "topics": topics,
    }
    wrote = "the topics it wrote" if info.kind is Kind.SOURCE else "what it wrote to its target"
    what = f"connector {name} of tenant {tenant.name} and ends its {len(info.task_numbers)} tasks"
    kept = f"{wrote} and how far it was stay"
    if options["dry_run"]:
        return Answer(document | {"deleted": False}, (f"would delete: {what}; {kept}",))
    confirm(options, f"deletes {what}; {kept}", name)
    delete_connector(tenant_id=tenant.id, by=operator(), name=name)
    return Answer(document | {"deleted": True}, (f"deleted connector {name}; {kept}",))


def validate(tenant: Tenant, options: Options) -> Answer:
    """Every fault; exit code 0 also where there are some: it has told what was asked."""
    name, config = named_config(options)
    plugin_name = config.get("connector.class", "")
    plugin = find_plugin(plugin_name) if plugin_name else None
    if plugin is None:
        faults = [("connector.class", f"there is no connector plugin {plugin_name!r}")]
    else:
        faults = plugin.faults({"name": name or "unnamed", **config})
    document = {
        "tenant": tenant.name,
        "connector": name,
        "valid": not faults,
        "errors": [{"key": key, "message": message} for key, message in faults],
    }
    text = [f"{key}: {message}" for key, message in faults] or ["the config is valid"]
    return Answer(document, tuple(text))


def _outcome(tenant: Tenant, name: str, options: Options, more: dict[str, Any]) -> Answer:
    if not options["no_wait"]:
        seconds = options["timeout"] or SECONDS
        tell = _silent if options["json"] else _tell
        wait_until_settled(tenant.id, name, seconds, tell)
    document = connector_document(
        connector_info(tenant.id, name), connector_status(tenant.id, name)
    )
    return Answer({"tenant": tenant.name, **document, **more}, (connectors_table([document]),))


def _tell(status: ConnectorStatus) -> None:
    sys.stderr.write(progress_line(status) + "\n")


def _silent(_status: ConnectorStatus) -> None:
    """A script is told the outcome only."""
