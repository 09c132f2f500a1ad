"""What a service says when it will not: one tree, mapped once at each border.

``message`` says what happened, to which thing and what to do, and may reach whoever asked;
``extra`` holds machine-readable details of it.
"""

from typing import Any, ClassVar


class ApplicationError(Exception):
    """Root of the control plane's refusals; ``code`` is stable and for machines."""

    code: ClassVar[str] = "application_error"

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class NotFound(ApplicationError):
    """There is no such thing, or it belongs to another tenant: the two are never told apart."""

    code = "not_found"


class Conflict(ApplicationError):
    """What is there already stands against it."""

    code = "conflict"


class Invalid(ApplicationError):
    """A value that can never be right."""

    code = "invalid"


class Forbidden(ApplicationError):
    """Known who asks, and may not."""

    code = "forbidden"


class Unavailable(ApplicationError):
    """Not now; the same request may work later."""

    code = "unavailable"
