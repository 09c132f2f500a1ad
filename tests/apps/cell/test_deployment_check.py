"""``manage.py check --deploy`` finds nothing in a deployment's settings, with TLS and without."""

import os
import subprocess
import sys

import pytest

from streaming.cell import folder, secrets
from streaming.cell.instance import new_instance_id
from streaming.cell.program import CHECKOUT

COOKIES = """
from django.conf import settings
for kind in ("SESSION", "CSRF"):
    told = ("NAME", "SECURE", "PATH", "DOMAIN")
    print(*[getattr(settings, f"{kind}_COOKIE_{each}") for each in told])
"""


def ran(folder_, tls, *arguments):
    """Python with the settings of a deployment."""
    secrets.write(folder_ / "secrets.json", secrets.generate())
    record = {"id": new_instance_id(), "database_port": 5432, "redis_port": 6379}
    folder.write_record(folder_, record)
    own = {"HEADWATER_DATA_DIR": str(folder_), "HEADWATER_TLS": tls}
    usual = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env=usual | own | {"DJANGO_SETTINGS_MODULE": "streaming.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("tls", ["true", "false"])
def test_django_has_nothing_to_say(tmp_path, tls):
    checked = ran(tmp_path, tls, "-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


@pytest.mark.parametrize(("tls", "begins"), [("true", "__Host-"), ("false", "headwater_")])
def test_over_tls_no_other_host_can_plant_a_cookie(tmp_path, tls, begins):
    """A browser takes one of that name from this host alone, for all its paths, over TLS."""
    shown = ran(tmp_path, tls, "-c", COOKIES)
    assert shown.returncode == 0, shown.stderr
    for line in shown.stdout.splitlines():
        name, *told = line.split()
        assert name.startswith(begins)
        assert told == [str(tls == "true"), "/", "None"]
