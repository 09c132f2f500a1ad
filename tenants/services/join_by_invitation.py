from tenants import scope
from tenants.models import Invitation, User
from tenants.names import login_at, person_principal
from tenants.services.create_user import insert_user, new_user
from tenants.services.invitation_rows import use_up
from tenants.transactions import limit_waits


def join_by_invitation(
    *, invitation: Invitation, name: str, password: str, full_name: str = ""
) -> User:
    """Make somebody known to the service, as ``NAME@TENANT``, and a member of that tenant.

    Whatever login was invited, the new one is of the tenant: were it free to choose, whoever has a
    code could try which logins others have. Raises ``Invalid`` for a name or password that will not
    do, ``Conflict`` for a login of the tenant in use, ``NotFound`` for an invitation that is gone.
    """
    login = login_at(invitation.tenant.name, name)
    user = new_user(login=login, password=password, name=full_name)
    with scope.system("somebody new accepts an invitation"):
        limit_waits()
        insert_user(user, by=person_principal(login))
        use_up(invitation.digest, user)
    return user
