from tenants import audit, scope
from tenants.errors import NotFound
from tenants.models import User
from tenants.transactions import limit_waits


def appoint_operator(*, login: str, by: str) -> None:
    """Let a person run the service: its brokers and its tenants, but no tenant's records.

    Twice is harmless. Raises ``NotFound`` for an unknown login.
    """
    with scope.system("appoint an operator"):
        limit_waits()
        user = User.objects.select_for_update().filter(login=login.lower()).first()
        if user is None:
            raise NotFound(f"there is no login {login!r}; create the user first", login=login)
        if user.is_staff:
            return
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        audit.record(by=by, action="operator.appoint", object=user.login)
