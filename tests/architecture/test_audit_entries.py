"""Every verb that changes what somebody owns appends to the audit log, or stands here with why not.

Read from the code: a verb is the function of a service's module that has the module's name, or each
public function of one that has several. It appends when ``audit.record`` is called by it, or by
what it calls within services.
"""

import ast
from dataclasses import dataclass, field
from functools import cache

import pytest

from tests.architecture.test_tidy import PACKAGES, ROOT

Name = tuple[str, str]
"""A module and a function of it."""

RECORD: Name = ("tenants.audit", "record")

OWN_WORK = "what the service does by itself, many times a second; its causes are audited"
FIGURES = "figures, which nobody decides"
PART = "a part of verbs that append"
QUESTION = "writes nothing"
SECRET_FOR_ITSELF = "the caller asks for it as himself, and it lives for seconds"
REPEAT = "says that a request which may come twice came once; the request is what is audited"
NOT_AUDITED = {
    "brokers.services.alter_isrs": OWN_WORK,
    "brokers.services.assigned_replicas": PART,
    "brokers.services.broker_rows": PART,
    "brokers.services.control_state": PART,
    "brokers.services.forget_usage": FIGURES,
    "brokers.services.partition_mutations": PART,
    "brokers.services.partition_rows": PART,
    "brokers.services.publish_figures": FIGURES,
    "brokers.services.rebuild_rows": PART,
    "brokers.services.record_group_lags": FIGURES,
    "brokers.services.report_replicas": OWN_WORK,
    "brokers.services.reserve_producer_ids": OWN_WORK,
    "brokers.services.roll_up_figures": FIGURES,
    "brokers.services.thin_figures": FIGURES,
    "brokers.services.topic_rows": PART,
    "connect.services.apply_task_configs": OWN_WORK,
    "connect.services.beat": OWN_WORK,
    "connect.services.checked_config": PART,
    "connect.services.claim_configuration": OWN_WORK,
    "connect.services.claim_tasks": OWN_WORK,
    "connect.services.connector_rows": PART,
    "connect.services.end_task": OWN_WORK,
    "connect.services.fail_configuration": OWN_WORK,
    "connect.services.judge_config": QUESTION,
    "connect.services.leave": OWN_WORK,
    "connect.services.leave_over_tasks": OWN_WORK,
    "connect.services.record_task_figures": FIGURES,
    "connect.services.record_task_log": FIGURES,
    "connect.services.register_worker": OWN_WORK,
    "connect.services.release_task": OWN_WORK,
    "connect.services.remove_task": OWN_WORK,
    "connect.services.report_task": OWN_WORK,
    "connect.services.sealing_key_file": PART,
    "connect.services.task_rows": PART,
    "connect.services.trial_config": PART,
    "connect.services.waking": PART,
    "streaming.services.claim_request": REPEAT,
    "streaming.services.forget_requests": REPEAT,
    "streaming.services.internal_authority_file": PART,
    "streaming.services.settle_request": REPEAT,
    "streaming.services.take_over_request": REPEAT,
    "tenants.services.acl_rows": PART,
    "tenants.services.invitation_rows": PART,
    "tenants.services.issue_socket_ticket": SECRET_FOR_ITSELF,
    "tenants.services.limit_checks": PART,
    "tenants.services.managed_account_rows": PART,
    "tenants.services.membership_rows": PART,
    "tenants.services.note_key_uses": FIGURES,
    "tenants.services.redeem_socket_ticket": SECRET_FOR_ITSELF,
    "tenants.services.sealing_ring": PART,
    "tenants.services.tenant_rows": PART,
}


@dataclass
class Module:
    """What of one is imported, by the name that it has there, and what its functions speak of."""

    imported: dict[str, Name] = field(default_factory=dict)
    functions: dict[str, set[str]] = field(default_factory=dict)


@cache
def services() -> dict[str, Module]:
    return {
        f"{package}.services.{path.stem}": read(path.read_text())
        for package in PACKAGES
        for path in sorted((ROOT / package / "services").glob("*.py"))
        if path.stem != "__init__"
    }


def read(source: str) -> Module:
    found = Module()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for each in node.names:
                found.imported[each.asname or each.name] = (node.module, each.name)
        elif isinstance(node, ast.FunctionDef):
            found.functions[node.name] = set(spoken_of(node))
    return found


def spoken_of(function: ast.FunctionDef) -> list[str]:
    """Names, and ``a.b`` for attributes of names."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.append(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.Name):
            found.append(node.id)
    return found


def reached(name: Name, modules: dict[str, Module], seen: set[Name]) -> set[Name]:
    """``name`` and all that it leads to, within services and one step beyond."""
    module = modules.get(name[0])
    if name in seen or module is None:
        return {name}
    seen.add(name)
    found = {name}
    for word in module.functions.get(name[1], ()):
        found |= reached(meant(word, name[0], module), modules, seen)
    return found


def meant(word: str, where: str, module: Module) -> Name:
    base, _, attribute = word.partition(".")
    if base not in module.imported:
        return (where, base)
    origin, original = module.imported[base]
    return (f"{origin}.{original}", attribute) if attribute else (origin, original)


def verbs(name: str, module: Module) -> list[str]:
    own = name.rpartition(".")[2]
    public = [each for each in module.functions if not each.startswith("_")]
    return [own] if own in public else public


def silent() -> set[str]:
    """Modules of which a verb does not append."""
    modules = services()
    return {
        name
        for name, module in modules.items()
        for verb in verbs(name, module)
        if RECORD not in reached((name, verb), modules, set())
    }


def test_every_verb_appends_to_the_audit_log_or_says_why_not() -> None:
    found = silent()
    assert found - NOT_AUDITED.keys() == set(), "call audit.record, or say here why not"
    assert NOT_AUDITED.keys() - found == set(), "said here, and it appends or is no more"


@pytest.mark.parametrize("verb", ["create_topic", "delete_topic", "elect_uncleanly"])
def test_the_search_sees_those_that_do(verb: str) -> None:
    name = f"brokers.services.{verb}"
    assert RECORD in reached((name, verb), services(), set())


def test_the_search_would_see_one_that_does_not() -> None:
    source = "from tenants import audit, changes\ndef sell(x):\n    changes.publish(x)\n"
    modules = {"tenants.services.sell": read(source)}
    assert RECORD not in reached(("tenants.services.sell", "sell"), modules, set())
    modules = {"tenants.services.sell": read(source + "    audit.record(by=x)\n")}
    assert RECORD in reached(("tenants.services.sell", "sell"), modules, set())
