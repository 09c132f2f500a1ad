"""The document of this release beside Confluent's contract, by the command that developers run."""

import json

import pytest
from django.core.management import call_command

from streaming.management.commands import openapi
from tenants.cli.failures import CommandFailure, UsageProblem
from tests import contracts


@pytest.fixture(scope="module")
def compared():
    """Every difference with its reason; raises when one has none, or a reason is idle."""
    return openapi.Command()._compared(document(), contracts.contract(), as_json=True).document


def document():
    return openapi.Generator().get_schema(request=None, public=True)


def test_every_difference_from_the_contract_has_a_reason(compared):
    rows = {row["difference"]: row["reason"] for row in compared["differences"]}
    assert len(rows) > 100
    assert all(rows.values())
    assert "GET /kafka/v3/clusters/{cluster_id}/links: not served" in rows


def test_what_nobody_explains_fails(tmp_path):
    changed = json.loads(json.dumps(contracts.contract()))
    topic = changed["paths"]["/kafka/v3/clusters/{cluster_id}/topics/{topic_name}"]
    topic["get"]["operationId"] = "readTopic"
    with pytest.raises(CommandFailure) as failed:
        openapi.Command()._compared(document(), changed, as_json=True)
    assert "operationId is getKafkaTopic, theirs readTopic" in failed.value.message


def test_a_reason_for_nothing_fails(monkeypatch, tmp_path):
    reasons = (openapi.settings.BASE_DIR / openapi.REASONS).read_text()
    stale = tmp_path / "reasons.md"
    stale.write_text(reasons + "| `GET /kafka/v3/nothing: only here` | No more. |\n")
    monkeypatch.setattr(openapi, "REASONS", str(stale))
    with pytest.raises(CommandFailure) as failed:
        openapi.Command()._compared(document(), contracts.contract(), as_json=True)
    assert "GET /kafka/v3/nothing" in failed.value.message


@pytest.mark.parametrize("content", [None, "{", "a: [", "[]", '{"paths": 1}'])
def test_what_is_no_contract_is_a_wrong_call(tmp_path, content):
    file = tmp_path / "contract.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageProblem):
        call_command("openapi", compare=str(file))
