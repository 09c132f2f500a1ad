"""Which schema the code of this checkout expects, told without Django and without a database."""

import hashlib

from streaming.cell.program import CHECKOUT

APPS = ("brokers", "connect", "frontend", "streaming", "tenants")


def schema_key() -> str:
    """Changes with our migrations, and with the requirements, which bring their own."""
    digest = hashlib.sha256((CHECKOUT / "requirements.txt").read_bytes())
    for app in APPS:
        for file in sorted((CHECKOUT / app / "migrations").glob("*.py")):
            digest.update(f"{app}/{file.name}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
