"""A real S3 server: SeaweedFS in one process, on ports of its own."""

import json
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from streaming.cell import ports

WEED = Path(sys.executable).with_name("weed")
KEY, SECRET = "access", "very-secret"
START_SECONDS = 60


STARTS_MAX = 3
"""Somebody else may take a port between the look and the start."""


@contextmanager
def seaweed(folder, bucket, volumes=20):
    """Its URL; it has one bucket, and room for as many volumes of 64 MB."""
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    for _ in range(STARTS_MAX):
        server, s3, filer = _begin(folder, volumes)
        try:
            if not _serves(f"http://127.0.0.1:{s3}/", server):
                continue
            # A bucket is a directory of its files' server.
            made = f"http://127.0.0.1:{filer}/buckets/{bucket}/"
            urllib.request.urlopen(urllib.request.Request(made, method="POST"), timeout=10)
            yield f"http://127.0.0.1:{s3}"
            return
        finally:
            # It has nothing to keep, and its own stop takes seconds.
            server.kill()
            server.wait()
    raise AssertionError(f"SeaweedFS does not start: {(folder / 'weed.log').read_text()[-2000:]}")


def _begin(folder, volumes):
    s3, master, volume, filer = (_free_port() for _ in range(4))
    command = [
        WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-s3", f"-s3.port={s3}",
        f"-s3.config={folder / 's3.json'}", f"-master.port={master}", f"-volume.port={volume}",
        f"-filer.port={filer}", f"-volume.max={volumes}", "-master.volumeSizeLimitMB=64",
        # Nobody asks these, and a second server of the machine could not have their ports.
        "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    with (folder / "weed.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    return server, s3, filer


def _serves(url, server):
    """Whether it does within its time; False when it ended instead."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            return False
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return True  # It asks for a signature.
        except OSError:
            time.sleep(0.05)
        else:
            return True
    raise AssertionError(f"SeaweedFS did not serve within {START_SECONDS} s")


def _free_port():
    """Its gRPC listens ten thousand further on."""
    while True:
        port = random.randrange(13_000, 19_000)
        if not any(ports.taken("127.0.0.1", each) for each in (port, port + 10_000)):
            return port
