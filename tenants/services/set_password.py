from tenants import audit, scope
from tenants.errors import NotFound
from tenants.models import User
from tenants.services.create_user import check_password_strength
from tenants.transactions import limit_waits


def set_password(*, login: str, password: str, by: str) -> None:
    """Replace a person's password; their sessions end, because Django ties them to it.

    Raises ``NotFound`` for an unknown login, ``Invalid`` for a password that will not do.
    """
    user = User.objects.filter(login=login.lower()).first()
    if user is None:
        raise NotFound(f"there is no login {login!r}", login=login)
    check_password_strength(password, user)
    user.set_password(password)  # slow on purpose: before the transaction
    with scope.system("set a person's password"):
        limit_waits()
        user.save(update_fields=["password"])
        audit.record(by=by, action="user.set_password", object=user.login)
