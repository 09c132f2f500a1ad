"""Why a subscription or a socket ends."""

import logging

from streaming.live.close_codes import CloseCode
from streaming.problems import problem_of

logger = logging.getLogger(__name__)


class Ending(Exception):
    """``code`` and ``reason`` go into the last frames."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason

    @classmethod
    def refused(cls, error: Exception) -> "Ending":
        """The ending for an error that is raised on purpose."""
        problem = problem_of(error)
        if problem is None:
            return cls.fault(error)
        return cls(CloseCode.of_status(problem.status), problem.message)

    @classmethod
    def fault(cls, error: Exception) -> "Ending":
        """The ending for an error that nobody meant to raise; it is logged."""
        logger.error("a live subscription failed", exc_info=error)
        return cls(CloseCode.UNAVAILABLE, "The socket failed inside the service; connect again.")
