"""Making a clone runnable: what counts as done, and what pip's settings mean for uv."""

import pytest

from streaming.cell.setup import console
from streaming.cell.setup.environment import DEVELOPMENT, KEYS, RUN, Environment, uv_environment
from streaming.cell.setup.launch import keep_bytecode
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
