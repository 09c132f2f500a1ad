"""What may be written down of a name that nobody logs in by: a secret may have been put there."""

import re
from typing import Final

NOT_SHOWN: Final = "(of another form)"

_KEY: Final = re.compile(r"HW[A-Z2-7]{14}")
_SCRAM_USER: Final = re.compile(r"[A-Za-z0-9._-]{1,64}@lkc-[a-z0-9]{1,32}")


def shown(name: str) -> str:
    """``name`` where it has the form of a key id or a SCRAM user, as no secret has; else
    ``NOT_SHOWN``."""
    return name if _KEY.fullmatch(name) or _SCRAM_USER.fullmatch(name) else NOT_SHOWN
