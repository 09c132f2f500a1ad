"""REST v2's async views in the OpenAPI document: as ``described``, with its own media types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from streaming.rest.answers import AsyncView
from streaming.rest.operations import DESCRIPTION, described
from streaming.rest.schema import ERROR
from streaming.rest.v2.media import PLAIN

Json = dict[str, Any]

# Errors before a view is reached have the type of all others.
_ERROR: Final[Json] = {
    "description": "What happened, to which thing, what to do.",
    "content": {PLAIN: {"schema": ERROR}, "application/json": {"schema": ERROR}},
}


def described_v2(
    operation_id: str,
    description: str,
    *,
    responses: Mapping[int, Json],
    parameters: Sequence[Json] = (),
    body: Json | None = None,
    open_to_all: bool = False,
) -> Callable[[AsyncView], AsyncView]:
    """Describe an async view of REST v2; ``open_to_all`` says that it needs no credential."""
    describe = described(
        operation_id,
        description,
        responses=responses,
        tag="kafka v2",
        parameters=parameters,
        body=body,
    )

    def describe_errors_too(view: AsyncView) -> AsyncView:
        view = describe(view)
        operation = getattr(view, DESCRIPTION)
        operation["responses"]["default"] = _ERROR
        if open_to_all:
            operation["security"] = []
        return view

    return describe_errors_too
