"""People, by login."""

from tenants.models import User


def login_exists(login: str) -> bool:
    """Whether somebody signs in under this name."""
    return User.objects.filter(login=login.lower()).exists()
