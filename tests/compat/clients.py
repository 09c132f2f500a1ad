"""How each client is told where to go and who it is; nothing about any one test."""

from dataclasses import dataclass
from typing import Any, Final

from bench.kafka_jars import BRIEF

JAVA: Final = ("java", *BRIEF)


@dataclass(frozen=True, slots=True)
class Login:
    """One API key of one tenant on a running service."""

    bootstrap_servers: str
    security_protocol: str
    cluster_id: str
    http_url: str
    api_key: str
    api_secret: str

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

    def kcat(self) -> list[str]:
        told = {
            "security.protocol": self.security_protocol,
            "sasl.mechanism": "PLAIN",
            "sasl.username": self.api_key,
            "sasl.password": self.api_secret,
        }
        options = [f"-X{name}={value}" for name, value in told.items()]
        return ["kcat", "-b", self.bootstrap_servers, *options]

    def java(self) -> dict[str, str]:
        jaas = (
            "org.apache.kafka.common.security.plain.PlainLoginModule required "
            f'username="{self.api_key}" password="{self.api_secret}";'
        )
        return {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
            "sasl.mechanism": "PLAIN",
            "sasl.jaas.config": jaas,
        }
