"""How each client is told where to go and who it is; nothing about any one test."""

from dataclasses import dataclass
from typing import Final

from bench.kafka_jars import BRIEF
from tests import login

JAVA: Final = ("java", *BRIEF)


@dataclass(frozen=True, slots=True)
class Login(login.Login):
    """One API key of one tenant on a running service."""

    cluster_id: str
    http_url: str

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
