"""The configuration that supervisord is given, read back by supervisord's own parser."""

import shlex
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from streaming.cell.failure import Failure
from streaming.cell.program import Group, Program
from streaming.cell.programs import broker_command
from streaming.cell.supervision import configuration


@pytest.fixture
def parsed(tmp_path, monkeypatch):
    """The groups that supervisord makes of some programs, by name."""
    for folder in ("run", "logs"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)

    def parse(*programs):
        file = tmp_path / "supervisord.conf"
        file.write_text(configuration(programs, tmp_path / "s.sock"))
        options = ServerOptions()
        options.realize(args=["-n", "-c", str(file)])
        return {group.name: group for group in options.process_group_configs}

    return parse


def test_groups_stop_from_the_edge_down_to_the_stores(parsed):
    groups = parsed(
        Program("web", Group.EDGE, ("/bin/true",)),
        Program("postgres", Group.STORES, ("/bin/true",), stop_signal="INT"),
        Program("broker-1", Group.BROKERS, ("/bin/true",)),
    )

    started = sorted(groups.values(), key=lambda group: group.priority)
    assert [group.name for group in started] == ["stores", "brokers", "edge"]


def test_only_the_stores_start_by_themselves(parsed):
    groups = parsed(
        Program("postgres", Group.STORES, ("/bin/true",)),
        Program("broker-1", Group.BROKERS, ("/bin/true",)),
    )

    assert groups["stores"].process_configs[0].autostart is True
    assert groups["brokers"].process_configs[0].autostart is False
    assert groups["brokers"].process_configs[0].autorestart is not False


def test_the_longest_stop_is_shorter_than_a_ctrl_c_may_take(parsed):
    groups = parsed(*(Program(f"p-{each}", each, ("/bin/true",)) for each in Group))

    assert sum(group.process_configs[0].stopwaitsecs for group in groups.values()) < 10


def test_a_command_with_blanks_quotes_and_percent_signs_arrives_as_it_is(parsed):
    command = ("/bin/echo", "a b", "it's", "%h", 'say "hi"', *broker_command(1)[1:])
    groups = parsed(Program("broker-1", Group.BROKERS, command))

    config = groups["brokers"].process_configs[0]
    words = shlex.split(config.command)
    assert tuple(words[words.index("--") + 1 :]) == command


def test_a_path_that_the_file_cannot_hold_is_refused():
    with pytest.raises(Failure) as refused:
        configuration([], Path("/tmp/a ;b/s.sock"))
    assert "/tmp/a ;b/s.sock" in str(refused.value)
