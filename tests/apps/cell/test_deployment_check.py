"""``manage.py check --deploy`` finds nothing in a deployment's settings, with TLS and without."""

import os
import subprocess
import sys

import pytest

from streaming.cell import folder, secrets
from streaming.cell.instance import new_instance_id
from streaming.cell.program import CHECKOUT


@pytest.mark.parametrize("tls", ["true", "false"])
def test_django_has_nothing_to_say(tmp_path, tls):
    secrets.write(tmp_path / "secrets.json", secrets.generate())
    folder.write_record(
        tmp_path, {"id": new_instance_id(), "database_port": 5432, "redis_port": 6379}
    )
    own = {"HEADWATER_DATA_DIR": str(tmp_path), "HEADWATER_TLS": tls}
    usual = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    checked = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=CHECKOUT,
        env=usual | own | {"DJANGO_SETTINGS_MODULE": "streaming.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
