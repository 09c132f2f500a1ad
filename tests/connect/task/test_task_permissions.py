"""A task can do all it must with what a connector's account may do, and no more."""

from collections import Counter

import pytest

from connect.permissions import connector_acls
from connect.states import Kind
from tenants.acl_presets import NONE, Preset
from tests.connect.task.conftest import NUMBERS
from tests.connect.task.running_task import TaskThread
from tests.connect.task.test_sink_task import kept, numbers
from tests.connect.task.test_source_task import EXACTLY_ONCE, values
from tests.node.harness import wait_until


@pytest.fixture
def as_account(site):
    """The document with the login of its connector's own account in it."""

    def log_in(document, **topics):
        name = document["connector"]
        principal = f"User:connect-{name}"
        site.cell.allow(
            site.tenant,
            *connector_acls(
                principal=principal, kind=Kind(document["kind"]), name=name,
                config=document["config"], **topics,
            ),
        )  # fmt: skip
        key, secret = site.cell.add_key(
            site.tenant, administrator=False, principal=principal, preset=Preset(NONE)
        )
        login = {"sasl.username": key, "sasl.password": secret}
        return {**document, "kafka": {**site.settings, **login}}

    return log_in


@pytest.mark.parametrize("config", [{}, EXACTLY_ONCE], ids=["at-least-once", "exactly-once"])
def test_source(site, as_account, config):
    topic = f"made-{next(NUMBERS)}"
    document = as_account(site.source(topic, 20, config=config), writes=[topic])
    for _ in range(2):
        task = TaskThread(document)
        task.wait_for("RUNNING")
        assert values(site.read(topic, 20)) == list(range(1, 21))
        assert task.stop() == "STOPPED", task.events


def test_sink_with_dead_letters(site, as_account, make_topic, tmp_path):
    topic, letters, file = make_topic(), f"letters-{next(NUMBERS)}", tmp_path / "kept"
    site.produce(topic, [*numbers(1, 12), b"{no json"])
    config = {
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": letters,
        "errors.deadletterqueue.topic.replication.factor": "1",
        "commit": "always",
    }
    task = TaskThread(as_account(site.sink(topic, file, config=config)))
    wait_until(lambda: kept(file) == Counter(range(1, 13)), "all records")
    assert [each.value() for each in site.read(letters, 1)] == [b"{no json"]
    assert task.stop() == "STOPPED", task.events
