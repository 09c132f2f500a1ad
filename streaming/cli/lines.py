"""Lines of text to records: ``key:value`` or the value alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineFormat:
    """How a line is read. ``key_separator`` None: the whole line is the value, the key is null.

    ``null_marker``: a key or value that is exactly this text is a null (Kafka: ``null.marker``).
    """

    key_separator: bytes | None = b":"
    null_marker: bytes | None = None


@dataclass(frozen=True, slots=True)
class NewRecord:
    key: bytes | None
    value: bytes | None


def parse_line(line: bytes, line_format: LineFormat) -> NewRecord:
    """One line without its end. Raises ``ValueError`` when it should have a key and has none."""
    if line_format.key_separator is None:
        return NewRecord(None, _nullable(line, line_format))
    key, separator, value = line.partition(line_format.key_separator)
    if not separator:
        shown = line_format.key_separator.decode(errors="backslashreplace")
        raise ValueError(
            f"there is no {shown!r} after a key; give --no-key to send whole lines as values, "
            "or --key-separator"
        )
    return NewRecord(_nullable(key, line_format), _nullable(value, line_format))


def _nullable(text: bytes, line_format: LineFormat) -> bytes | None:
    return None if text == line_format.null_marker else text


def parse_header(text: str) -> tuple[str, bytes]:
    """``name=value``; raises ``ValueError`` without a name."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ValueError(f"{text!r} is not a header; write NAME=VALUE")
    return name, value.encode()
