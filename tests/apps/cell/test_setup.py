"""Making a clone runnable: what counts as done, and what pip's settings mean for uv."""

import pytest

from streaming.cell.setup import console
from streaming.cell.setup import environment as setup_environment
from streaming.cell.setup.environment import DEVELOPMENT, KEYS, RUN, Environment, uv_environment
from streaming.cell.setup.launch import keep_bytecode
from streaming.cell.setup.own_packages import OwnPackages
from streaming.cell.setup.steps import SetupError, run


@pytest.fixture
def environment(tmp_path):
    for name in (RUN, DEVELOPMENT):
        (tmp_path / name).write_text(f"{name}==1\n")
    made = Environment(tmp_path, tmp_path / "venv")
    (made.folder / KEYS).mkdir(parents=True)
    return made


def finish(environment, requirements):
    key = environment._key(requirements)
    (environment.folder / KEYS / requirements).write_text(key)


def test_an_environment_is_current_until_its_requirements_change(environment):
    assert not environment.is_current(RUN)
    finish(environment, RUN)
    assert environment.is_current(RUN)
    assert not environment.is_current(DEVELOPMENT)

    (environment.checkout / RUN).write_text("another==2\n")
    assert not environment.is_current(RUN)


def test_what_is_installed_for_development_runs_as_well(environment):
    finish(environment, DEVELOPMENT)
    assert environment.is_current(RUN)


def test_a_folder_of_somebody_elses_is_never_emptied(environment):
    precious = environment.folder / "precious"
    precious.write_text("mine")
    with pytest.raises(SetupError) as refused:
        environment.ensure(RUN)
    assert "HEADWATER_VENV" in str(refused.value)
    assert precious.read_text() == "mine"


@pytest.fixture
def installs(environment, monkeypatch):
    """The arguments of each call of uv; nothing is installed."""
    calls = []
    monkeypatch.setattr(Environment, "_uv", lambda _environment: "uv")
    monkeypatch.setattr(setup_environment, "run", lambda _what, *told, **_rest: calls.append(told))
    finish(environment, RUN)
    return calls


@pytest.fixture
def ticker(environment):
    """A package of the operator's, beside the clone and named by it."""
    folder = environment.checkout / "ticker"
    folder.mkdir()
    (folder / "ticker.py").write_text("NAME = 'ticker'\n")
    (environment.checkout / "plugins.txt").write_text("# mine\n\n./ticker\n")
    return folder


def own(environment):
    return OwnPackages.of(environment.checkout)


def test_packages_of_the_operators_are_installed_once_and_within_our_pins(
    environment, installs, ticker
):
    environment.ensure(RUN)
    first, anew = installs
    assert {own(environment).file, environment.checkout / RUN} <= set(first)
    assert "--reinstall" in anew
    environment.ensure(RUN)
    assert len(installs) == 2


def test_they_are_installed_again_when_their_code_changes(environment, installs, ticker):
    environment.ensure(RUN)
    installs.clear()
    (ticker / "ticker.py").write_text("NAME = 'another'\n")
    environment.ensure(RUN)
    # Whatever is no longer named went, and then they came.
    assert [told[2] for told in installs] == ["sync", "install", "install"]


def test_they_are_installed_again_after_a_release_replaced_everything(
    environment, installs, ticker
):
    environment.ensure(RUN)
    installs.clear()
    (environment.folder / KEYS / "plugins.txt").unlink()
    finish(environment, RUN)
    environment.ensure(RUN)
    assert [told[2] for told in installs] == ["install", "install"]


def test_what_is_not_named_any_more_is_taken_away(environment, installs, ticker):
    environment.ensure(RUN)
    installs.clear()
    own(environment).file.unlink()
    environment.ensure(RUN)
    environment.ensure(RUN)
    assert [told[2] for told in installs] == ["sync"]


def test_what_a_build_leaves_is_no_change_of_their_code(environment, ticker):
    before = own(environment).key()
    for made in ("build/lib/ticker.py", "headwater_ticker.egg-info/PKG-INFO", ".git/HEAD"):
        (ticker / made).parent.mkdir(parents=True)
        (ticker / made).write_text("made\n")
    assert own(environment).key() == before
    (ticker / "more.py").write_text("")
    assert own(environment).key() != before


def test_where_they_cannot_be_installed_their_file_is_named(environment, ticker, monkeypatch):
    def refuse(_what, *_told, **_rest):
        raise SetupError("uv failed:\nno such package")

    finish(environment, RUN)
    monkeypatch.setattr(Environment, "_uv", lambda _environment: "uv")
    monkeypatch.setattr(setup_environment, "run", refuse)
    with pytest.raises(SetupError, match=r"(?s)plugins\.txt.*no such package"):
        environment.ensure(RUN)
    assert not (environment.folder / KEYS / "plugins.txt").exists()


def test_uv_is_told_what_pip_was_told():
    said = uv_environment({"PIP_FIND_LINKS": "/wheels", "PIP_INDEX_URL": "https://pip.example"})
    assert (said["UV_FIND_LINKS"], said["UV_DEFAULT_INDEX"]) == ("/wheels", "https://pip.example")


def test_what_uv_was_told_directly_stays():
    said = uv_environment({"PIP_INDEX_URL": "https://pip.example", "UV_DEFAULT_INDEX": "mine"})
    assert said["UV_DEFAULT_INDEX"] == "mine"


def test_bytecode_that_is_not_wanted_beside_the_sources_is_kept_apart(environment):
    variables = {"PYTHONDONTWRITEBYTECODE": "1"}
    keep_bytecode(variables, environment)
    assert variables == {"PYTHONPYCACHEPREFIX": str(environment.folder / "bytecode")}


@pytest.mark.parametrize("told", [{}, {"PYTHONPYCACHEPREFIX": "/elsewhere"}])
def test_bytecode_stays_where_python_puts_it(environment, told):
    variables = dict(told)
    keep_bytecode(variables, environment)
    assert variables == told


@pytest.mark.parametrize(
    ("version", "good"),
    [
        (None, False),
        ((18, 20), False),
        ((20, 18), False),
        ((20, 19), True),
        ((21, 7), False),
        ((22, 11), False),
        ((22, 12), True),
        ((24, 0), True),
    ],
)
def test_node_is_new_enough_for_vite(version, good):
    assert console.new_enough(version) is good


def test_a_step_that_fails_says_so_in_its_own_words():
    with pytest.raises(SetupError) as failed:
        run("Brewing", "/bin/sh", "-c", "echo no water; exit 3")
    assert str(failed.value) == "Brewing failed:\nno water"
