"""A CEL expression over one record.

It is a stranger's program. Its text is bounded here and memory by the process that runs it; time
is for who calls to bound (``needs_budget``), since only the kernel can end a computation that holds
the interpreter.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import cel

from connect.spi.errors import ConfigError, DataError
from connect.spi.records import SinkRecord
from connect.transforms.transform import Record

CHARACTERS_MAX: Final = 4_096
_BINDS: Final = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*([A-Za-z_]\w*)\s*,")
"""Where a macro names a variable of its own, as ``x`` in ``value.items.exists(x, x.id == 7)``."""

_VARIABLES: Final[dict[str, Callable[[Record], Any]]] = {
    "topic": lambda record: record.topic,
    "partition": lambda record: record.partition,
    "offset": lambda record: record.offset if isinstance(record, SinkRecord) else None,
    "timestamp": lambda record: record.timestamp_ms,
    "key": lambda record: _told(record.key),
    "value": lambda record: _told(record.value),
    "headers": lambda record: {one.key: _told(one.value) for one in record.headers},
}
VARIABLES: Final = ", ".join(_VARIABLES)


class CelExpression:
    """Compiled; the text is ``setting``'s value."""

    def __init__(self, setting: str, text: str) -> None:
        """Raises ``ConfigError`` where the text is no expression or names what there is not."""
        if not text.strip() or len(text) > CHARACTERS_MAX:
            raise ConfigError(
                f"Invalid value for configuration {setting}: an expression has 1 to "
                f"{CHARACTERS_MAX} characters"
            )
        try:
            self._program = cel.compile(text)
        except ValueError as error:
            raise ConfigError(f"Invalid value for configuration {setting}: {error}") from error
        used = set(self._program.variables())
        unknown = sorted(used - _VARIABLES.keys() - set(_BINDS.findall(text)))
        if unknown:
            raise ConfigError(
                f"Invalid value for configuration {setting}: there is no {unknown[0]!r}; "
                f"there are {VARIABLES}"
            )
        self._used = {name: tell for name, tell in _VARIABLES.items() if name in used}

    def evaluate(self, record: Record) -> Any:
        """What the expression makes of the record: None, bool, int, float, str, bytes, datetime,
        list, dict. Raises ``DataError``."""
        variables = {name: tell(record) for name, tell in self._used.items()}
        try:
            return _result(self._program.execute(variables))
        except KeyError as error:
            raise DataError(f"The expression names {error}, which the record has not") from error
        except DataError:
            raise
        except Exception as error:
            # Division by zero, an index out of bounds, no such overload: each its own class.
            raise DataError(f"The expression cannot be evaluated: {str(error)[:500]}") from error


def cel_expression(name: str, value: Any) -> None:
    """A validator for settings that are expressions. Raises ``ConfigError``."""
    CelExpression(name, value or "")


def _told(value: Any) -> Any:
    """The value as CEL takes it: it knows instants, but neither dates nor times of day."""
    if isinstance(value, dict):
        return {key: _told(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, date | time) and not isinstance(value, datetime):
        return value.isoformat()
    return value


def _result(value: Any) -> Any:
    """In an order that does not change from run to run: CEL's maps have none."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise DataError("The expression gives a map whose keys are not all text")
        return {key: _result(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_result(one) for one in value]
    if isinstance(value, timedelta):
        raise DataError("The expression gives a duration, which no record can hold")
    return value
