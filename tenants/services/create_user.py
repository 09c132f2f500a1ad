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
    user = new_user(login=login, password=password, name=name, email=email)
    with scope.system("create a person's login"):
        limit_waits()
        insert_user(user, by=by)
    return user


def new_user(*, login: str, password: str, name: str = "", email: str = "") -> User:
    """A person who is not saved yet. Slow on purpose (the password's hash): no transaction here.

    Raises ``Invalid``.
    """
    login = login.lower()
    check_login(login)
    user = User(login=login, name=name, email=email)
    check_password_strength(password, user)
    user.set_password(password)
    return user


def insert_user(user: User, *, by: str) -> None:
    """Save and audit a new person inside the caller's scope. Raises ``Conflict``."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"login {user.login!r} is in use; choose another", login=user.login
        ) from error
    audit.record(by=by, action="user.create", object=user.login)


def check_password_strength(password: str, user: User) -> None:
    """Raises ``Invalid`` with every reason why this person may not have this password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), login=user.login) from error
