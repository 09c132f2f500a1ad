"""An API key and where it logs in, in the words of the clients that use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Login:
    bootstrap_servers: str
    """Separated by commas."""
    security_protocol: str
    api_key: str
    api_secret: str

    @classmethod
    def of(cls, status: Mapping[str, Any], key: Mapping[str, Any]) -> Self:
        """``key`` as a command issued it, of the service that ``status --json`` tells of."""
        return cls(
            status["bootstrap_servers"],
            status["security_protocol"],
            key["api_key"],
            key["api_secret"],
        )

    @property
    def pair(self) -> tuple[str, str]:
        return self.api_key, self.api_secret

    def librdkafka(self, mechanism: str = "PLAIN", **more: Any) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
            "sasl.mechanism": mechanism,
            "sasl.username": self.api_key,
            "sasl.password": self.api_secret,
            **more,
        }

    def python(self, mechanism: str = "PLAIN", **more: Any) -> dict[str, Any]:
        """kafka-python and aiokafka spell these alike."""
        return {
            "bootstrap_servers": self.bootstrap_servers.split(","),
            "security_protocol": self.security_protocol,
            "sasl_mechanism": mechanism,
            "sasl_plain_username": self.api_key,
            "sasl_plain_password": self.api_secret,
            **more,
        }
