"""What an invitation is: a code of its own, for a week. Pure but for the drawing of codes."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

LIFETIME: Final = timedelta(days=7)
CODE_BYTES: Final = 32
"""256 bits: nobody guesses one."""
CODE_CHARACTERS_MAX: Final = 64
PENDING_MAX: Final = 1_000
"""Of one tenant: each is shown to the person of that login, and nobody writes letters by them."""


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """``code`` is its only sight."""

    login: str
    role: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    code: str = field(repr=False)


def new_code() -> str:
    """Text that is safe in an address."""
    return secrets.token_urlsafe(CODE_BYTES)


def code_digest(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).hexdigest()
