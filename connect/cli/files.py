"""Files that ``connectors`` reads: configs and offsets, in the forms of Kafka Connect's REST."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connect.forms.bodies import OffsetChange, read_config, read_offsets
from streaming.rest.body import InvalidBody
from streaming.rest.json_body import parse_storable_json
from tenants.cli.failures import UsageProblem


def named_config(options: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    """The connector's name, where it is given, and its config: the file's and over it ``--set``.

    Raises ``UsageProblem``.
    """
    name, config = options["connector"], {}
    if options["config"] is not None:
        document = _read(options["config"])
        if isinstance(document, dict) and isinstance(document.get("config"), dict):
            name = name or document.get("name")
            document = document["config"]
        config = _checked(read_config, document, options["config"])
    config |= dict(options["set"])
    if name is None:
        name = config.get("name")
    return name, config


def offsets_of(path: Path) -> list[OffsetChange]:
    """Raises ``UsageProblem``."""
    document = _read(path)
    if isinstance(document, dict):
        document = {"offsets": document.get("offsets")}
    found: list[OffsetChange] = _checked(read_offsets, document, path)
    return found


def _read(path: Path) -> Any:
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.") from error
    return _checked(parse_storable_json, data, path)


def _checked(read: Any, document: Any, path: Path) -> Any:
    try:
        return read(document)
    except InvalidBody as error:
        raise UsageProblem(f"{path}: {error}.") from error
