import asyncio
import json
import marshal
import os
import pickle
import shutil
import subprocess
import tarfile

import yaml


def started(name: str) -> None:
    # ruleid: shell
    subprocess.run(f"ls {name}", shell=True, check=True)
    # ruleid: shell
    os.system("ls " + name)
    # ruleid: shell
    asyncio.create_subprocess_shell(name)
    # ok: shell
    subprocess.run(["ls", name], check=True)


def asked(cursor, rows, name: str, table: str) -> None:
    # ruleid: statement-put-together
    cursor.execute(f"SELECT * FROM t WHERE name = '{name}'")
    # ruleid: statement-put-together
    cursor.execute("SELECT * FROM t WHERE name = '%s'" % name)
    # ruleid: statement-put-together
    cursor.execute("SELECT * FROM " + table)
    # ruleid: statement-put-together
    rows.extra(where=[name])
    # ok: statement-put-together
    cursor.execute("SELECT * FROM t WHERE name = %s", [name])


def read(content: bytes) -> None:
    # ruleid: bytes-become-code
    pickle.loads(content)
    # ruleid: bytes-become-code
    marshal.loads(content)
    # ruleid: bytes-become-code
    yaml.load(content)
    # ruleid: bytes-become-code
    eval(content)
    # ok: bytes-become-code
    yaml.load(content, Loader=yaml.SafeLoader)
    # ok: bytes-become-code
    json.loads(content)


def unpacked(archive: tarfile.TarFile, path: str) -> None:
    # ruleid: archive-unpacked-whole
    archive.extractall(path)
    # ruleid: archive-unpacked-whole
    shutil.unpack_archive(path)
    # ok: archive-unpacked-whole
    archive.extractfile("one")
