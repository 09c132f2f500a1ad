from tenants import audit, scope
from tenants.errors import NotFound
from tenants.models import User
from tenants.transactions import limit_waits


def dismiss_operator(*, login: str, by: str) -> None:
    """Take from a person what ``appoint_operator`` gave; counts from their next request on.

    Twice is harmless. Raises ``NotFound`` for an unknown login.
    """
    with scope.system("dismiss an operator"):
        limit_waits()
        user = User.objects.select_for_update().filter(login=login.lower()).first()
        if user is None:
            raise NotFound(f"there is no login {login!r}", login=login)
        if not user.is_staff:
            return
        user.is_staff = False
        user.save(update_fields=["is_staff"])
        audit.record(by=by, action="operator.dismiss", object=user.login)
