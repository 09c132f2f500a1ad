"""What Confluent's REST v3 promises its clients, as facts: paths, names, types, what is required.

``kafkarest_v3.json`` holds those facts of the document that Confluent publishes for its cloud; its
words and examples are left out.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FILE = Path(__file__).with_name("kafkarest_v3.json")


@cache
def contract() -> dict[str, Any]:
    return json.loads(FILE.read_text())


def faults(name: str, answer: Any) -> list[str]:
    """What of ``answer`` is not as the contract's schema ``name`` has it."""
    return [f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(answer)]


@cache
def _validator(name: str) -> Draft202012Validator:
    schemas = _as_json_schema(contract()["components"]["schemas"])
    assert name in schemas, f"the contract has no schema {name}"
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    )


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0's own words in those of JSON Schema; open enumerations count as closed ones."""
    if isinstance(part, list):
        return [_as_json_schema(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {name: _as_json_schema(value) for name, value in part.items()}
    if "x-extensible-enum" in made:
        made["enum"] = made.pop("x-extensible-enum")
    if made.pop("nullable", False) is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made
