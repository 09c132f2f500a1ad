"""A pytest plugin loaded into kafka-python's suite: its fixtures use a broker that needs a login.

The suite can be pointed at a running broker (``KAFKA_URI``) but then speaks plaintext without
SASL, and its source distribution leaves out ``test/service.py``. Both are mended here, before its
conftest is imported, and the client's race that ``client_race`` tells of; the tests themselves run
as they are.
"""

import os
import sys
import types

import client_race


class ExternalService:
    """A broker that somebody else started."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    def open(self) -> None:
        pass

    def stop(self) -> None:
        pass


class SpawnedService:
    """Only named by the suite; nothing is spawned when ``KAFKA_URI`` is set."""


_service = types.ModuleType("test.service")
_service.ExternalService = ExternalService  # type: ignore[attr-defined]
_service.SpawnedService = SpawnedService  # type: ignore[attr-defined]
sys.modules["test.service"] = _service


def pytest_configure() -> None:
    from test.integration.fixtures import KafkaFixture

    client_race.mend()

    given = KafkaFixture._enrich_client_params

    def with_login(self: KafkaFixture, params: dict, **defaults: object) -> dict:
        login = {
            "security_protocol": os.environ["HEADWATER_SECURITY_PROTOCOL"],
            "sasl_mechanism": "PLAIN",
            "sasl_plain_username": os.environ["HEADWATER_API_KEY"],
            "sasl_plain_password": os.environ["HEADWATER_API_SECRET"],
        }
        return {**login, **given(self, params, **defaults), **login}

    KafkaFixture._enrich_client_params = with_login
    KafkaFixture.get_topic_names = lambda self: []
