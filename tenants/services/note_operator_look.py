from tenants import audit, scope
from tenants.transactions import limit_waits

OBJECT_CHARACTERS_MAX = 300


def note_operator_look(*, by: str, path: str) -> None:
    """Note in the platform's audit log that an operator opens a page that shows tenants' rows."""
    with scope.operator(by):
        limit_waits()
        audit.record(by=by, action="operator.look", object=path[:OBJECT_CHARACTERS_MAX])
