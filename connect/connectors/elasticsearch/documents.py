"""A record to the operation that writes it. Pure."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from connect.connectors.elasticsearch.bulk import Operation, Verb
from connect.connectors.json_text import to_json
from connect.spi.errors import ConfigError, DataError
from connect.spi.records import SinkRecord

ID_BYTES_MAX: Final = 512
"""Elasticsearch's and OpenSearch's limit on ``_id``."""
VERSION_MAX: Final = 2**63 - 1
_BAD_IN_INDEX: Final = re.compile(r'[\\/*?"<>| ,#:\x00-\x1f]|^[-_+]|^\.{1,2}$')


class Ids(Enum):
    KEY = "key"
    COORDINATES = "topic+partition+offset"
    GENERATED = "generated"


class Versions(Enum):
    NONE = "none"
    OFFSET = "offset"
    TIMESTAMP = "timestamp"
    FIELD = "field"
    HEADER = "header"


class OnNull(Enum):
    IGNORE = "ignore"
    DELETE = "delete"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Translation:
    """How records of a connector become operations.

    ``indices`` maps topics; a topic without an entry goes to the index of its name in lower case,
    or to ``data_stream`` with ``${topic}`` filled in. ``version_name`` is the field (a dotted path)
    or the header of ``Versions.FIELD`` and ``Versions.HEADER``. ``timestamp_fields`` are tried in
    their order for a data stream's ``@timestamp``; the record's own timestamp comes last.
    """

    verb: Verb = Verb.INDEX
    ids: Ids = Ids.KEY
    versions: Versions = Versions.NONE
    version_name: str = ""
    on_null: OnNull = OnNull.FAIL
    indices: Mapping[str, str] | None = None
    data_stream: str | None = None
    timestamp_fields: tuple[str, ...] = ()

    def operation(self, record: SinkRecord) -> Operation | None:
        """The operation for ``record``; None when it is to be ignored.

        Raises:
            DataError: the record cannot become a document; it says why.
        """
        index = self.index(record.topic)
        if record.value is None:
            return self._for_null(record, index)
        if not isinstance(record.value, dict):
            raise DataError(
                f"a document is a JSON object, and this value is {type(record.value).__name__}; "
                "wrap it with the transform HoistField$Value"
            )
        document = record.value if self.data_stream is None else self._stamped(record)
        version = None if self.verb is not Verb.INDEX else self._version(record)
        return Operation(self.verb, index, self._id(record), version, to_json(document), record)

    def index(self, topic: str) -> str:
        """
        Raises:
            ConfigError: the topic's name is no index's; map it.
        """
        if self.data_stream is not None:
            name = self.data_stream.replace("${topic}", topic.lower())
        else:
            name = (self.indices or {}).get(topic, topic.lower())
        if not name or _BAD_IN_INDEX.search(name) or name != name.lower() or len(name) > 255:
            raise ConfigError(
                f"{name!r} cannot be the name of an index; give topic {topic!r} one with "
                f"topic.to.index.map={topic}:NAME"
            )
        return name

    def _for_null(self, record: SinkRecord, index: str) -> Operation | None:
        if self.on_null is OnNull.IGNORE:
            return None
        if self.on_null is OnNull.FAIL:
            raise DataError(
                "the value is null; behavior.on.null.values=delete deletes the document of its "
                "key, and =ignore leaves it"
            )
        # What the version's field would have been went with the value.
        versioned = self.verb is Verb.INDEX and self.versions is not Versions.FIELD
        version = self._version(record) if versioned else None
        return Operation(Verb.DELETE, index, self._id(record), version, None, record)

    def _id(self, record: SinkRecord) -> str | None:
        if self.ids is Ids.GENERATED:
            return None
        if self.ids is Ids.COORDINATES:
            return f"{record.topic}+{record.partition}+{record.offset}"
        return key_text(record.key)

    def _version(self, record: SinkRecord) -> int | None:
        match self.versions:
            case Versions.NONE:
                return None
            case Versions.OFFSET:
                found: Any = record.offset
            case Versions.TIMESTAMP:
                found = record.timestamp_ms
            case Versions.FIELD:
                found = at_path(record.value, self.version_name)
            case Versions.HEADER:
                named = [h.value for h in record.headers if h.key == self.version_name]
                found = named[-1] if named else None
        return version_number(found, f"{self.versions.value} {self.version_name}".strip())

    def _stamped(self, record: SinkRecord) -> dict[Any, Any]:
        """The document with the ``@timestamp`` that a data stream demands."""
        for path in self.timestamp_fields:
            if (found := at_path(record.value, path)) is not None:
                return {**record.value, "@timestamp": found}
        if "@timestamp" in record.value:
            return dict(record.value)
        return {**record.value, "@timestamp": record.timestamp_ms}


def key_text(key: Any) -> str:
    """A key as a document's id.

    Raises:
        DataError: it is no text and no integer, is empty or above 512 bytes.
    """
    if isinstance(key, bytes):
        try:
            key = key.decode()
        except UnicodeDecodeError as error:
            raise DataError("the key is bytes that are no UTF-8 and cannot be an id") from error
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise DataError(
            f"a key of type {type(key).__name__} cannot be a document's id; take one field of it "
            "with the transform ExtractField$Key, or set key.ignore=true"
        )
    text = str(key)
    if not 0 < len(text.encode("utf-8", "surrogatepass")) <= ID_BYTES_MAX:
        raise DataError(f"a document's id has 1 to {ID_BYTES_MAX} bytes, this key {len(text)}")
    return text


def version_number(found: Any, what: str) -> int:
    """
    Raises:
        DataError: ``found`` is no whole number, time or text of a number from 0 to 2**63 - 1.
    """
    if isinstance(found, dt.datetime):
        found = round(found.timestamp() * 1000)
    elif isinstance(found, str | bytes) and found.isdigit() and len(found) < 20:
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= VERSION_MAX:
        raise DataError(f"the version by {what} must be a whole number from 0, and is {found!r}")
    return found


def at_path(value: Any, path: str) -> Any:
    """What stands at ``a.b.c`` in nested dicts; None where there is nothing."""
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
