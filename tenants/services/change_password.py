from django.contrib.auth.hashers import check_password

from tenants import audit, scope
from tenants.errors import Conflict, Forbidden
from tenants.models import User
from tenants.services.create_user import check_password_strength
from tenants.transactions import limit_waits


def change_password(*, user: User, current: str, new: str, by: str) -> None:
    """A person's own new password; their other sessions end, because Django ties them to it.

    Raises ``Forbidden`` when ``current`` is not the password, ``Invalid`` for one that will not do,
    ``Conflict`` when somebody changed it meanwhile.
    """
    before = user.password
    if not check_password(current, before):
        raise Forbidden("the current password is not the right one")
    check_password_strength(new, user)
    user.set_password(new)  # slow on purpose: before the transaction
    with scope.system("a person changes the own password"):
        limit_waits()
        if not User.objects.filter(pk=user.pk, password=before).update(password=user.password):
            raise Conflict("the password was changed meanwhile; sign in again")
        audit.record(by=by, action="user.change_password", object=user.login)
