"""What of one OpenAPI document is not as another has it, one line for each difference.

Compared are operations, their names, parameters, bodies and answers with every field's type, and
whether it is required and nullable. Words, examples, formats and enumerations are not: those of the
contract that this is for are open.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from streaming.contract.fields import Field, Json, fields_of, followed, merged

METHODS: Final = ("get", "post", "put", "patch", "delete")
_NAME_IN_PATH: Final = re.compile(r"\{[^}]*\}")

_ABSENT: Final = "not served"
_BEYOND: Final = "only here"
_QUERY: Final = Field("object", required=True, nullable=False)


def differences(ours: Json, theirs: Json, prefix: str) -> list[str]:
    """``theirs`` is the contract; only paths that begin with ``prefix`` count."""
    own, contract = _operations(ours, prefix), _operations(theirs, prefix)
    found = []
    for key, (title, operation) in contract.items():
        if key not in own:
            found.append(f"{title}: {_ABSENT}")
            continue
        own_title, served = own[key]
        found += [f"{title}: {each}" for each in _names_in_path(own_title, title)]
        found += [f"{title}: {each}" for each in _of_operation(ours, served, theirs, operation)]
    found += [f"{title}: {_BEYOND}" for key, (title, _) in own.items() if key not in contract]
    return found


def _operations(document: Json, prefix: str) -> dict[tuple[str, str], tuple[str, Json]]:
    """By method and path without its names: the title and the operation."""
    return {
        (method, _NAME_IN_PATH.sub("{}", path)): (f"{method.upper()} {path}", methods[method])
        for path, methods in document["paths"].items()
        if path.startswith(prefix)
        for method in METHODS
        if method in methods
    }


def _names_in_path(ours: str, theirs: str) -> Iterator[str]:
    pairs = zip(_NAME_IN_PATH.findall(ours), _NAME_IN_PATH.findall(theirs), strict=True)
    for own, name in pairs:
        if own != name:
            yield f"path parameter {name} is called {own}"


def _of_operation(ours: Json, served: Json, theirs: Json, promised: Json) -> Iterator[str]:
    names = served.get("operationId"), promised.get("operationId")
    if names[0] != names[1]:
        yield f"operationId is {names[0]}, theirs {names[1]}"
    yield from _in_query(ours, served, theirs, promised)
    bodies = [
        _content(document, followed(document, operation.get("requestBody", {})))
        for document, operation in ((ours, served), (theirs, promised))
    ]
    yield from _of_contents("request", *bodies)
    answers = served["responses"], promised["responses"]
    for status in sorted({*answers[0], *answers[1]}):
        if status not in answers[0]:
            yield f"{status}: not described"
        elif status not in answers[1]:
            yield f"{status}: {_BEYOND}"
        else:
            contents = [
                _content(document, followed(document, each[status]))
                for document, each in zip((ours, theirs), answers, strict=True)
            ]
            yield from _of_contents(status, *contents)


def _in_query(ours: Json, served: Json, theirs: Json, promised: Json) -> Iterator[str]:
    own, others = (
        {"": _QUERY, **dict(_parameters(document, operation))}
        for document, operation in ((ours, served), (theirs, promised))
    )
    yield from _of_fields("query parameter ", own, others)


def _parameters(document: Json, operation: Json) -> Iterator[tuple[str, Field]]:
    for part in operation.get("parameters", ()):
        each = followed(document, part)
        if each["in"] == "query":
            kind = str(merged(document, each.get("schema", {})).get("type", "any"))
            yield each["name"], Field(kind, bool(each.get("required", False)), False)


def _content(document: Json, part: Json) -> dict[str, dict[str, Field]]:
    """Fields by media type."""
    return {
        media_type: fields_of(document, each.get("schema", {}))
        for media_type, each in part.get("content", {}).items()
    }


def _of_contents(
    where: str, ours: Mapping[str, dict[str, Field]], theirs: Mapping[str, dict[str, Field]]
) -> Iterator[str]:
    for media_type in sorted({*ours, *theirs}):
        if media_type not in ours:
            yield f"{where}: {media_type} is {_ABSENT}"
        elif media_type not in theirs:
            yield f"{where}: {media_type} is {_BEYOND}"
        else:
            yield from _of_fields(f"{where}: ", ours[media_type], theirs[media_type])


def _of_fields(where: str, ours: Mapping[str, Field], theirs: Mapping[str, Field]) -> Iterator[str]:
    for path in sorted({*ours, *theirs}):
        if _within_unknown(path, ours) or _within_unknown(path, theirs):
            continue  # What it belongs to is told already.
        name = f"{where}{path or 'the whole'}"
        if path not in ours:
            yield f"{name}: absent"
        elif path not in theirs:
            yield f"{name}: {_BEYOND}"
        elif ours[path] != theirs[path]:
            yield f"{name}: {ours[path]}, theirs {theirs[path]}"


def _within_unknown(path: str, fields: Mapping[str, Field]) -> bool:
    """Whether something above ``path`` is not in ``fields``, or is of any type."""
    steps: list[Any] = re.findall(r"\.?[^.\[]+|\[\]", path)
    above = ["".join(steps[:count]) for count in range(len(steps))]
    return any(each not in fields or fields[each].type == "any" for each in above)
