"""Lines in and out of files, and no way out of the operator's folder."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect.connectors.files.folder import SETTING, open_to_append, open_to_read
from connect.connectors.files.sink import FileSink, FileSinkTask
from connect.connectors.files.source import FileSource, FileSourceTask
from connect.spi.errors import ConfigError, ConnectError
from tests.connect.harness import FakeSinkContext, FakeSourceContext, sink_record


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    inside = tmp_path / "allowed"
    inside.mkdir()
    monkeypatch.setenv(SETTING, str(inside))
    return inside


def source(context: FakeSourceContext, **more: str) -> FileSourceTask:
    config = FileSource.config.parse({"file": "in.txt", "topic": "lines", **more})
    FileSource(config)
    task = FileSourceTask()
    task.start(config, context)
    return task


def test_files_are_off_unless_the_operator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    for connector in (FileSource, FileSink):
        config: dict[str, Any] = {"file": "x", "topic": "t", "batch.size": 1}
        with pytest.raises(ConfigError, match="are off"):
            connector(config).check()
    with pytest.raises(ConfigError, match="are off"):
        open_to_read("x")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", ".", "a\0b"])
def test_paths_that_lead_out_are_refused(folder: Path, path: str) -> None:
    for opening in (open_to_read, open_to_append):
        with pytest.raises(ConfigError, match="must be a path below"):
            opening(path)


def test_links_and_what_is_no_file_are_refused(folder: Path) -> None:
    outside = folder.parent / "secret.txt"
    outside.write_text("secret\n")
    (folder / "link.txt").symlink_to(outside)
    (folder / "way").symlink_to(folder.parent)
    (folder / "hard.txt").hardlink_to(outside)
    (folder / "dir").mkdir()
    os.mkfifo(folder / "pipe")
    for path in ("link.txt", "way/secret.txt", "hard.txt", "dir", "pipe"):
        for opening in (open_to_read, open_to_append):
            with pytest.raises(ConnectError):
                opening(path)
    assert outside.read_text() == "secret\n"


def test_lines_come_as_they_are_written(folder: Path) -> None:
    context = FakeSourceContext()
    context.stopping.set()  # nothing waits
    task = source(context)
    assert task.poll() == []
    file = folder / "in.txt"
    file.write_bytes(b"one\r\ntwo\nthr")
    assert [record.value for record in task.poll()] == ["one", "two"]
    with file.open("ab") as more:
        more.write(b"ee\n\xff\n" + b"x" * 600_000 + b"\n")
    found = task.poll()
    assert [record.value for record in found] == ["three", "\ufffd"]
    assert len(task.poll()[0].value) == 600_000
    task.stop()


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    lines=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x0b\x0c"))),
    stop=st.integers(0, 20),
    batch=st.integers(1, 5),
)
def test_a_source_goes_on_behind_the_last_line_it_gave(
    folder: Path, lines: list[str], stop: int, batch: int
) -> None:
    (folder / "in.txt").write_bytes("".join(f"{line}\n" for line in lines).encode())
    context = FakeSourceContext()
    context.stopping.set()
    given: list[str] = []
    for limit in (stop, None):
        task = source(context, **{"batch.size": str(batch)})
        while found := task.poll():
            left = None if limit is None else limit - len(given)
            for record in found[:left]:
                given.append(record.value)
                context.offsets.store(record.source_partition, record.source_offset)
            if limit is not None and len(given) >= limit:
                break
        task.stop()
    assert given == lines


def test_a_sink_adds_lines(folder: Path) -> None:
    config = FileSink.config.parse({"file": "deep/er/out.txt"})
    for first, values in ((0, ["a", b"b"]), (2, [{"n": 1}, None])):
        task = FileSinkTask()
        task.start(config, FakeSinkContext())
        task.put([sink_record(value, offset=at) for at, value in enumerate(values, first)])
        assert task.flush({}) == {}
        task.stop()
    assert (folder / "deep/er/out.txt").read_bytes() == b'a\nb\n{"n":1}\nnull\n'
