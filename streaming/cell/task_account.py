"""The account that connectors' tasks run as, where the operator has given them one.

Everything else of the service stays out of its reach by the system's own rules: the data folder,
the memory of other processes, their signals. Only root may start what another account runs.
"""

import os
import pwd
import sys
from collections.abc import Mapping
from pathlib import Path

from streaming.cell.account import Account, reachable
from streaming.cell.failure import ConfigurationError
from streaming.cell.program import CHECKOUT, PYTHON

SETTING = "HEADWATER_CONNECT_TASK_USER"


def task_account(environment: Mapping[str, str]) -> Account | None:
    """None where nothing is set: tasks then run as whoever starts them.

    Raises:
        ConfigurationError: tasks cannot run as the account that is set, and why.
    """
    name = environment.get(SETTING, "").strip()
    if not name:
        return None
    account = _account(name)
    if os.geteuid() != 0:
        raise ConfigurationError(
            f"{SETTING} is {name}, and only root may start processes of another account. Run the "
            "service as root, or leave the setting out."
        )
    if account.uid == 0:
        raise ConfigurationError(f"{SETTING} is root; name an account that may do less.")
    for needed in (Path(PYTHON), Path(sys.base_prefix), Path(sys.prefix), CHECKOUT):
        if not reachable(needed):
            raise ConfigurationError(
                f"{SETTING} is {name}, which may not enter {needed}. Have Python and the checkout "
                "in folders that others may enter, or leave the setting out."
            )
    return account


def _account(name: str) -> Account:
    """By its name or its number."""
    try:
        found = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except (KeyError, OverflowError) as error:
        raise ConfigurationError(f"{SETTING} is {name}; there is no such account here.") from error
    return Account(found.pw_name, found.pw_uid, found.pw_gid)
