from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tenants import audit, scope
from tenants.errors import Conflict, Invalid
from tenants.models import User
from tenants.names import check_login
from tenants.transactions import limit_waits


def create_user(*, login: str, password: str, by: str, name: str = "", email: str = "") -> User:
    """A person who can sign in; belongs to no tenant yet.

    Raises ``Invalid`` for a login or a password that will not do, ``Conflict`` for one in use.
    """
    login = login.lower()
    check_login(login)
    user = User(login=login, name=name, email=email)
    check_password_strength(password, user)
    user.set_password(password)  # slow on purpose: before the transaction
    with scope.system("create a person's login"):
        limit_waits()
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(f"login {login!r} is in use; choose another", login=login) from error
        audit.record(by=by, action="user.create", object=login)
    return user


def check_password_strength(password: str, user: User) -> None:
    """Raises ``Invalid`` with every reason why this person may not have this password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), login=user.login) from error
