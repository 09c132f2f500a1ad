"""The interpreter, the native libraries behind it and behind wheels, by their own word for their
versions; and the shared libraries that wheels bring as files.

What is compiled into a wheel is in no list of packages, and is where holes are found.
"""

import hashlib
import platform
import sqlite3
import ssl
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import distributions
from pathlib import Path
from pyexpat import EXPAT_VERSION
from typing import Final

from streaming.cell.inventory.found import BundledFile, NativeCode

SYSTEM: Final = "system"
_BUNDLES: Final = (".libs", ".dylibs")


def _libpq() -> str:
    pq = import_module("psycopg.pq")
    return str(pq.version_pretty(pq.version()))


def _librdkafka() -> str:
    return str(import_module("confluent_kafka").libversion()[0])


def _openssl_of_cryptography() -> str:
    backend = import_module("cryptography.hazmat.backends.openssl").backend
    return openssl_version(backend.openssl_version_text())


def _lz4() -> str:
    return str(import_module("lz4").library_version_string())


def _zstandard() -> str:
    return ".".join(map(str, import_module("zstandard").ZSTD_VERSION))


def _arrow() -> str:
    return str(import_module("pyarrow").cpp_version)


def _libc() -> str:
    name, version = platform.libc_ver()
    if not version:
        raise LookupError("the C library does not say its version")
    return f"{name} {version}"


def openssl_version(text: str) -> str:
    """``3.0.19`` of ``OpenSSL 3.0.19 27 Jan 2026``."""
    return text.split()[1]


SOURCES: Final[tuple[tuple[str, str, Callable[[], str]], ...]] = (
    (platform.python_implementation(), SYSTEM, platform.python_version),
    ("C library", SYSTEM, _libc),
    ("OpenSSL", SYSTEM, lambda: openssl_version(ssl.OPENSSL_VERSION)),
    ("SQLite", SYSTEM, lambda: sqlite3.sqlite_version),
    ("zlib", SYSTEM, lambda: zlib.ZLIB_RUNTIME_VERSION),
    ("Expat", SYSTEM, lambda: EXPAT_VERSION.removeprefix("expat_")),
    ("libpq", "psycopg-binary", _libpq),
    ("librdkafka", "confluent-kafka", _librdkafka),
    ("OpenSSL", "cryptography", _openssl_of_cryptography),
    ("LZ4", "lz4", _lz4),
    ("Zstandard", "zstandard", _zstandard),
    ("Apache Arrow C++", "pyarrow", _arrow),
)


def native_code() -> tuple[list[NativeCode], list[str]]:
    """What says its version, and a sentence for each that does not."""
    found: list[NativeCode] = []
    unknown: list[str] = []
    for name, part_of, version in SOURCES:
        try:
            found.append(NativeCode(name, version(), part_of))
        except (ImportError, AttributeError, LookupError, TypeError) as error:
            unknown.append(f"The version of {name} in {part_of} is not known here: {error}.")
    return found, unknown


def bundled_files() -> Iterator[BundledFile]:
    """Shared libraries that wheels of this interpreter have in folders of their own."""
    for distribution in distributions():
        for file in distribution.files or ():
            if any(part.endswith(_BUNDLES) for part in file.parts[:-1]):
                path = Path(str(distribution.locate_file(file)))
                if path.is_file():
                    yield BundledFile(file.as_posix(), _sha256(path), distribution.name)


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
