"""A schema registry over HTTP: Confluent's API, as Karapace and others have it too."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from connect.connectors.bounded_answers import BoundedAnswers
from connect.converters.registry import Reference, RegisteredSchema
from connect.spi.errors import ConfigError, ConnectError, DataError, RetriableError

CONTENT_TYPE: Final = "application/vnd.schemaregistry.v1+json"
TIMEOUT_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 4 * 2**20
"""A registry keeps a schema in one record of Kafka, of a megabyte unless it is told otherwise."""
AVRO: Final = "AVRO"
"""What a schema is of which the registry does not say."""


class HttpSchemaRegistry:
    """``credentials`` are ``USER:PASSWORD``; ``transport`` checks the registry's address. Raises
    ``ConfigError`` for a ``url`` that is none."""

    def __init__(
        self, url: str, transport: httpx.BaseTransport, credentials: str | None = None
    ) -> None:
        user, _, password = (credentials or "").partition(":")
        try:
            base = httpx.URL(url.rstrip("/"))
        except httpx.InvalidURL as error:
            raise ConfigError(f"the schema registry's URL is none: {error}") from error
        self._client = httpx.Client(
            base_url=base,
            auth=(user, password) if credentials else None,
            transport=BoundedAnswers(transport, ANSWER_BYTES_MAX, "no schema is as large"),
            timeout=TIMEOUT_SECONDS,
            headers={"Accept": CONTENT_TYPE, "Content-Type": CONTENT_TYPE},
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def register(self, subject: str, schema: RegisteredSchema) -> int:
        answer = self._ask("POST", f"/subjects/{quote(subject, safe='')}/versions", _told(schema))
        return _integer(answer, "id")

    def lookup(self, subject: str, schema: RegisteredSchema) -> int:
        answer = self._ask("POST", f"/subjects/{quote(subject, safe='')}", _told(schema))
        return _integer(answer, "id")

    def by_id(self, schema_id: int) -> RegisteredSchema:
        return _schema(self._ask("GET", f"/schemas/ids/{schema_id}"))

    def by_version(self, subject: str, version: int) -> RegisteredSchema:
        return _schema(self._ask("GET", f"/subjects/{quote(subject, safe='')}/versions/{version}"))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise RetriableError(f"the schema registry cannot be reached: {error}") from error
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise ConnectError(
                f"the schema registry answers {answer.status_code} to {method} {path}; look at "
                "basic.auth.user.info"
            )
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            raise RetriableError(f"the schema registry answers {answer.status_code}")
        try:
            document = answer.json()
        except ValueError as error:
            raise ConnectError(f"what answers to {method} {path} is no schema registry") from error
        if not answer.is_success:
            told = document.get("message", "") if isinstance(document, Mapping) else ""
            raise DataError(f"the schema registry refuses {path} ({answer.status_code}): {told}")
        return document


def _told(schema: RegisteredSchema) -> dict[str, Any]:
    told: dict[str, Any] = {"schema": schema.text}
    if schema.type != AVRO:
        told["schemaType"] = schema.type
    if schema.references:
        told["references"] = [
            {"name": each.name, "subject": each.subject, "version": each.version}
            for each in schema.references
        ]
    return told


def _schema(document: Any) -> RegisteredSchema:
    if not isinstance(document, Mapping) or not isinstance(document.get("schema"), str):
        raise ConnectError("the schema registry answers without a schema")
    references = tuple(
        Reference(each["name"], each["subject"], each["version"])
        for each in document.get("references") or ()
    )
    return RegisteredSchema(document.get("schemaType") or AVRO, document["schema"], references)


def _integer(document: Any, name: str) -> int:
    value = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(value, int):
        raise ConnectError(f"the schema registry answers without {name}")
    return value
