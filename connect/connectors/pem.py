"""Keys and certificates in PEM form: as people give them, and as files for libraries that read only
those. Source: RFC 7468."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_BEGIN: Final = "-----BEGIN "
_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----")
_LINE: Final = 64


def pem_text(given: str) -> str:
    """The blocks of ``given``, with their lines as they should be: a form that has one line for a
    value takes the breaks out. What is not whole is given back, for its reader to refuse."""
    blocks = [_block(found[1], found[2]) for found in _BLOCK.finditer(given)]
    is_whole = blocks and len(blocks) == given.count(_BEGIN)
    return "".join(blocks) if is_whole else given


def _block(label: str, body: str) -> str:
    text = "".join(body.split())
    lines = [text[each : each + _LINE] for each in range(0, len(text), _LINE)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


@contextmanager
def pem_file(pem: str) -> Iterator[str]:
    """The name of a file with that text, which only this user may read, as long as the block. In
    memory where there are such files: no key stays behind when the process is killed."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("pem"), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(pem)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pem)
        file.flush()
        yield file.name
