"""Plugins are found by name; a bad package spoils nothing."""

import subprocess
import sys

import pytest

from connect.catalogue import Kind, UnknownPlugin, catalogue
from streaming.cell.program import CHECKOUT


def test_every_built_in_plugin_can_be_loaded_and_says_what_it_is():
    for plugin in catalogue().all():
        loaded = plugin.load()
        if plugin.kind in (Kind.SOURCE, Kind.SINK):
            assert loaded.name == plugin.name
            assert set(loaded.aliases) <= set(plugin.names)
            assert loaded.title
            assert loaded.version
            assert loaded.config.keys


@pytest.mark.parametrize(
    "name", ["s3-sink", "io.confluent.connect.s3.S3SinkConnector", "S3SinkConnector", "S3Sink"]
)
def test_a_connector_has_many_names(name):
    assert catalogue().connector(name).name == "s3-sink"


@pytest.mark.parametrize("name", ["", "os.system", "connect.task.process", "../s3-sink"])
def test_nothing_else_can_be_named(name):
    with pytest.raises(UnknownPlugin, match="there are"):
        catalogue().connector(name)


def test_a_package_that_cannot_be_imported_is_left_out(tmp_path):
    info = tmp_path / "bad-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bad\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[headwater.connectors]\nbad = no_such_module:Thing\nworse = json:JSONDecoder\n"
    )
    look = "from connect.catalogue import catalogue; print(catalogue().connector('s3-sink').name)"
    asked = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=False, cwd=CHECKOUT,
        env={"PYTHONPATH": f"{tmp_path}:{CHECKOUT}"},
    )  # fmt: skip
    assert asked.stdout == "s3-sink\n"
    assert "the plugin bad of no_such_module:Thing is left out" in asked.stderr
    assert "worse" in asked.stderr
