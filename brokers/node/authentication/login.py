"""The order of SASL messages on one connection (Kafka: ``SaslServerAuthenticator``).

::

    HANDSHAKE --SaslHandshake--> TOKENS --accepted--> DONE --SaslHandshake--> TOKENS …
                                   |---rejected-----> FAILED

After SaslHandshake 0 the client sends bare tokens, after 1 it wraps them in SaslAuthenticate.
The second way round is a re-authentication (KIP-368).
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto

from brokers.node.authentication.verdicts import Exchange

Mechanisms = Mapping[str, Callable[[], Exchange]]
"""The mechanisms that a listener offers, by their registered names."""

REFUSED = "Authentication failed: the API key or the secret is not valid here"
"""The only thing that a client hears of why it was not let in."""


class Stage(Enum):
    HANDSHAKE = auto()
    TOKENS = auto()
    DONE = auto()
    FAILED = auto()


class Login:
    """One connection's login."""

    __slots__ = ("bare_tokens", "exchange", "mechanism", "stage")

    def __init__(self) -> None:
        self.stage = Stage.HANDSHAKE
        self.mechanism = ""
        self.exchange: Exchange | None = None
        self.bare_tokens = False
        """Frames are tokens, without a request header."""

    def choose(self, mechanism: str, version: int, offered: Mechanisms) -> bool:
        """SaslHandshake: False when that mechanism is not offered, and the login has failed."""
        make = offered.get(mechanism)
        if make is None:
            self.stage = Stage.FAILED
            return False
        self.mechanism = mechanism
        self.exchange = make()
        self.bare_tokens = version == 0
        self.stage = Stage.TOKENS
        return True

    def choose_again(self, mechanism: str, version: int, offered: Mechanisms) -> bool:
        """SaslHandshake of a connection that is logged in: the mechanism stays what it was."""
        own = {name: make for name, make in offered.items() if name == self.mechanism}
        return self.choose(mechanism, version, own)

    def ended(self, *, accepted: bool) -> None:
        self.stage = Stage.DONE if accepted else Stage.FAILED
        self.exchange = None
        self.bare_tokens = False
