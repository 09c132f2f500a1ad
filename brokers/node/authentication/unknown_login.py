"""What the form of a name tells before anybody has logged in by it."""

import re
from typing import Final

NOT_SHOWN: Final = "(of another form)"

_KEY: Final = re.compile(r"HW[A-Z2-7]{14}")
_SCRAM_USER: Final = re.compile(r"[A-Za-z0-9._-]{1,64}@lkc-[a-z0-9]{1,32}")


def is_scram_user(name: str) -> bool:
    """Whether ``name`` has the form of a SCRAM user's, ``NAME@CLUSTER``; no API key's has."""
    return _SCRAM_USER.fullmatch(name) is not None


def shown(name: str) -> str:
    """What may be written down of a name that nobody logs in by, where a secret may have been put:
    ``name`` where it has the form of a key id or a SCRAM user, as no secret has; else
    ``NOT_SHOWN``."""
    return name if _KEY.fullmatch(name) or is_scram_user(name) else NOT_SHOWN
