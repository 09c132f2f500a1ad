r"""Format strings of ``consume -f``: ``%t %p %o %k %v %h %T\n``.

The letters are those that kcat and rpk agree on, ``{hex}`` and ``{base64}`` are rpk's:

=====  ==================================  =====  ===========================================
``%t``  topic                               ``%k``  key, ``%k{hex}``, ``%k{base64}``
``%p``  partition                           ``%v``  value, likewise (``%s`` is the same)
``%o``  offset                              ``%h``  headers, ``name=value,…``
``%T``  timestamp, milliseconds             ``%K``  bytes in the key, -1 for a null
``%d``  timestamp, ISO 8601 in UTC          ``%V``  bytes in the value, -1 for a null (``%S``)
``%%``  a percent sign                      ``\n \t \r \\ \0 \xHH`` as in C
=====  ==================================  =====  ===========================================
"""

import re
from collections.abc import Callable

from streaming.cli.records import ENCODINGS, ReadRecord, encode, iso_time

Formatter = Callable[[ReadRecord], bytes]
Piece = Callable[[ReadRecord], bytes]

TOKEN = re.compile(
    r"%(?P<letter>.)(?:\{(?P<encoding>[^}]*)\})?|\\x(?P<hex>[0-9A-Fa-f]{2})|\\(?P<escape>.)",
    re.DOTALL,
)
ESCAPES = {"n": b"\n", "t": b"\t", "r": b"\r", "\\": b"\\", "0": b"\0"}


def _size(data: bytes | None) -> bytes:
    return b"-1" if data is None else str(len(data)).encode()


def _headers(record: ReadRecord) -> bytes:
    return b",".join(name.encode() + b"=" + (value or b"") for name, value in record.headers)


FIELDS: dict[str, Piece] = {
    "t": lambda record: record.topic.encode(),
    "p": lambda record: str(record.partition).encode(),
    "o": lambda record: str(record.offset).encode(),
    "T": lambda record: str(record.timestamp_ms).encode(),
    "d": lambda record: iso_time(record.timestamp_ms).encode(),
    "h": _headers,
    "K": lambda record: _size(record.key),
    "V": lambda record: _size(record.value),
    "S": lambda record: _size(record.value),
    "%": lambda record: b"%",
}
PAYLOADS: dict[str, Callable[[ReadRecord], bytes | None]] = {
    "k": lambda record: record.key,
    "v": lambda record: record.value,
    "s": lambda record: record.value,
}


def compile_format(text: str) -> Formatter:
    """A function from record to bytes. Raises ``ValueError`` naming what it does not understand."""
    pieces: list[Piece] = []
    position = 0
    for token in TOKEN.finditer(text):
        pieces.append(_literal(text[position : token.start()]))
        pieces.append(_token(token))
        position = token.end()
    rest = text[position:]
    if rest.endswith(("%", "\\")):
        raise ValueError(f"the format ends in the middle of {rest[-1]!r}; double it to print it")
    pieces.append(_literal(rest))
    return lambda record: b"".join([piece(record) for piece in pieces])


def _literal(text: str) -> Piece:
    data = text.encode()
    return lambda record: data


def _token(token: re.Match[str]) -> Piece:
    if token["hex"]:
        return _constant(bytes.fromhex(token["hex"]))
    if token["escape"]:
        return _escape(token["escape"])
    letter, encoding = token["letter"], token["encoding"]
    if letter in PAYLOADS:
        return _payload(letter, "text" if encoding is None else encoding)
    if encoding is not None and letter in FIELDS:
        # Braces belong to the text that follows: `%p{x}` prints the partition, then `{x}`.
        field, rest = FIELDS[letter], f"{{{encoding}}}".encode()
        return lambda record: field(record) + rest
    if letter in FIELDS:
        return FIELDS[letter]
    known = " ".join(f"%{known}" for known in "tpoTdkvshKVS%")
    raise ValueError(f"%{letter} means nothing in a format; there are {known}")


def _escape(character: str) -> Piece:
    if character not in ESCAPES:
        known = r"\n \t \r \\ \0 \xHH"
        raise ValueError(f"\\{character} means nothing in a format; there are {known}")
    return _constant(ESCAPES[character])


def _constant(data: bytes) -> Piece:
    return lambda record: data


def _payload(letter: str, encoding: str) -> Piece:
    if encoding not in ENCODINGS:
        raise ValueError(f"%{letter}{{{encoding}}}: there are {', '.join(ENCODINGS)}")
    read = PAYLOADS[letter]
    return lambda record: encode(read(record), encoding)
