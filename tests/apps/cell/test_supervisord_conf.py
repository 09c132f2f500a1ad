"""The configuration that supervisord is given, read back by supervisord's own parser."""

import shlex
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from streaming.cell.failure import Failure
from streaming.cell.programs import Group, Program, broker_command
from streaming.cell.supervision import configuration


def parsed(tmp_path, *programs):
    socket, logs = tmp_path / "s.sock", tmp_path / "logs"
    logs.mkdir(exist_ok=True)
    file = tmp_path / "supervisord.conf"
    file.write_text(configuration(programs, socket, tmp_path, logs))
    options = ServerOptions()
    options.realize(args=["-n", "-c", str(file)])
    return {group.name: group for group in options.process_group_configs}


def test_groups_stop_from_the_edge_down_to_the_stores(tmp_path):
    groups = parsed(
        tmp_path,
        Program("web", Group.EDGE, ("/bin/true",)),
        Program("postgres", Group.STORES, ("/bin/true",), stop_signal="INT"),
        Program("broker-1", Group.BROKERS, ("/bin/true",)),
    )

    started = sorted(groups.values(), key=lambda group: group.priority)
    assert [group.name for group in started] == ["stores", "brokers", "edge"]


def test_only_the_stores_start_by_themselves(tmp_path):
    groups = parsed(
        tmp_path,
        Program("postgres", Group.STORES, ("/bin/true",)),
        Program("broker-1", Group.BROKERS, ("/bin/true",)),
    )

    assert groups["stores"].process_configs[0].autostart is True
    assert groups["brokers"].process_configs[0].autostart is False
    assert groups["brokers"].process_configs[0].autorestart is not False


def test_the_longest_stop_is_shorter_than_a_ctrl_c_may_take(tmp_path):
    groups = parsed(tmp_path, *(Program(f"p-{each}", each, ("/bin/true",)) for each in Group))

    assert sum(group.process_configs[0].stopwaitsecs for group in groups.values()) < 10


def test_a_command_with_blanks_quotes_and_percent_signs_arrives_as_it_is(tmp_path):
    command = ("/bin/echo", "a b", "it's", "%h", 'say "hi"', *broker_command(1)[1:])
    groups = parsed(tmp_path, Program("broker-1", Group.BROKERS, command))

    config = groups["brokers"].process_configs[0]
    words = shlex.split(config.command)
    assert tuple(words[words.index("--") + 1 :]) == command


def test_a_path_that_the_file_cannot_hold_is_refused():
    with pytest.raises(Failure) as refused:
        configuration([], Path("/tmp/a ;b/s.sock"), Path("/tmp"), Path("/tmp"))
    assert "/tmp/a ;b/s.sock" in str(refused.value)
