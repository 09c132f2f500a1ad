"""Settings for tests: a deployment of its own in a temporary folder, whatever this machine runs.

Nothing is started here. The fixture ``stores`` starts PostgreSQL and Valkey for the first test that
asks for them, on the ports that are written down here; tests that need none never wait for them.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from streaming.cell import folder, ports, secrets
from streaming.cell.instance import new_instance_id

DATA_DIR = Path(tempfile.mkdtemp(prefix="headwater-test-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)

# A developer's own service, or a CI's, must not be what the tests write to.
for variable in [*os.environ]:
    if variable.startswith("HEADWATER_") and variable != "HEADWATER_VENV":
        del os.environ[variable]
for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
    os.environ.pop(variable, None)
os.environ["HEADWATER_DATA_DIR"] = str(DATA_DIR)

# They are taken long after they were found free: nothing else looks for one there meanwhile.
STORES = range(8_200, 9_000)
database_port = ports.free(among=STORES)
secrets.write(DATA_DIR / "secrets.json", secrets.generate())
folder.write_record(
    DATA_DIR,
    {
        "id": new_instance_id(),
        "database_port": database_port,
        "redis_port": ports.free(avoid=[database_port], among=STORES),
    },
)

from streaming.settings import *  # noqa: E402, F403
