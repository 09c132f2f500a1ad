"""``connectors --offsets`` of a sink, whose group real brokers keep."""

import json

from tests.apps.rest.test_connector_offsets import place, stopped


def test_a_sink_s_offsets_are_told_set_and_reset(edge, tenant, run_beside, tmp_path):
    stopped(tenant, "to-files")
    topic, file = edge.topic(tenant, partitions=2), tmp_path / "offsets.json"

    def offsets(*arguments):
        given = ("--offsets", "--connector", "to-files", "--tenant", tenant.name, "--json")
        ran = run_beside("connectors", *given, *arguments)
        assert ran.exit_code == 0, ran
        return ran.document["offsets"]

    both = [place(topic, 0, 5), place(topic, 1, 7)]
    file.write_text(json.dumps({"offsets": both}))
    assert offsets("--set-offsets", str(file), "--dry-run") == both
    assert offsets() == []
    assert offsets("--set-offsets", str(file), "--yes") == both
    assert offsets() == both
    assert offsets("--reset", "--yes") == []
