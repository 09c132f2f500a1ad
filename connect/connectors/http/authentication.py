"""Who the connector is to the server: nobody, HTTP Basic, a bearer token, OAuth 2.

Source: RFC 7617, RFC 6750, RFC 6749 section 4.4 (client credentials).
"""

import time
from collections.abc import Generator
from typing import Final

import httpx

from connect.connectors.urls import http_url
from connect.spi.config import Config, ConfigKey, ConfigType, Importance, one_of, shown_when
from connect.spi.errors import ConfigError, ConnectError, RetriableError

_GROUP: Final = "Authentication"
_NEEDED: Final = {
    "none": (),
    "basic": ("auth.user", "auth.password"),
    "bearer": ("auth.token",),
    "oauth2": ("auth.token.url", "auth.client.id", "auth.client.secret"),
}
_EARLY_SECONDS: Final = 30.0
"""A token is renewed so long before its end: requests and clocks take their time."""
_TOKEN_SECONDS: Final = 300.0
"""For how long a token counts whose server does not say."""

_BASIC: Final = shown_when("auth.type", "basic")
_OAUTH2: Final = shown_when("auth.type", "oauth2")

KEYS: Final = (
    ConfigKey(
        "auth.type", ConfigType.STRING, "none", Importance.HIGH,
        "none, basic, bearer, or oauth2 for client credentials.", _GROUP,
        validator=one_of(*_NEEDED),
    ),
    ConfigKey(
        "auth.user", ConfigType.STRING, None, group=_GROUP, doc="For basic.", recommender=_BASIC
    ),
    ConfigKey(
        "auth.password", ConfigType.PASSWORD, None, group=_GROUP, doc="For basic.",
        recommender=_BASIC,
    ),
    ConfigKey(
        "auth.token", ConfigType.PASSWORD, None, group=_GROUP, doc="For bearer.",
        recommender=shown_when("auth.type", "bearer"),
    ),
    ConfigKey(
        "auth.token.url", ConfigType.STRING, None, group=_GROUP, validator=http_url,
        doc="For oauth2: where tokens are issued.", names_target=True, recommender=_OAUTH2,
    ),
    ConfigKey(
        "auth.client.id", ConfigType.STRING, None, group=_GROUP, doc="For oauth2.",
        recommender=_OAUTH2,
    ),
    ConfigKey(
        "auth.client.secret", ConfigType.PASSWORD, None, group=_GROUP, doc="For oauth2.",
        recommender=_OAUTH2,
    ),
    ConfigKey(
        "auth.scope", ConfigType.STRING, None, group=_GROUP, doc="For oauth2.", recommender=_OAUTH2
    ),
)  # fmt: skip


def check(config: Config) -> None:
    """
    Raises:
        ConfigError: the chosen way of authentication lacks a setting.
    """
    kind = config["auth.type"].lower()
    missing = [name for name in _NEEDED[kind] if not config[name]]
    if missing:
        raise ConfigError(f"auth.type={kind} needs {' and '.join(missing)}")


def authentication(config: Config) -> httpx.Auth:
    check(config)
    match config["auth.type"].lower():
        case "basic":
            return httpx.BasicAuth(config["auth.user"], config["auth.password"].secret)
        case "bearer":
            return _Bearer(config["auth.token"].secret)
        case "oauth2":
            return ClientCredentials(
                config["auth.token.url"],
                config["auth.client.id"],
                config["auth.client.secret"].secret,
                config["auth.scope"],
            )
    return httpx.Auth()


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["authorization"] = self._header
        yield request


class ClientCredentials(httpx.Auth):
    """A token by the client's id and secret, asked for through the same checked transport, kept
    until shortly before its end, and asked for anew once when the server refuses it."""

    requires_response_body = True

    def __init__(self, url: str, client_id: str, secret: str, scope: str | None) -> None:
        self._url = url
        self._basic = httpx.BasicAuth(client_id, secret)
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._token = ""
        self._until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        fresh = False
        if time.monotonic() >= self._until:
            self._take((yield self._token_request(request)))
            fresh = True
        request.headers["authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401 and not fresh:
            self._take((yield self._token_request(request)))
            request.headers["authorization"] = f"Bearer {self._token}"
            yield request

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        """With as much patience as ``request``; a request by itself would have no time-out."""
        patience = {"timeout": request.extensions["timeout"]}
        asked = httpx.Request("POST", self._url, data=self._form, extensions=patience)
        return next(self._basic.auth_flow(asked))

    def _take(self, response: httpx.Response) -> None:
        if response.status_code >= 500 or response.status_code == 429:
            raise RetriableError(f"{self._url} gives no token now: {response.status_code}")
        if response.status_code != 200:
            raise ConnectError(
                f"{self._url} gives no token: {response.status_code}; check auth.client.id, "
                "auth.client.secret and auth.scope"
            )
        try:
            given = response.json()
            self._token = str(given["access_token"])
            lasts = float(given.get("expires_in", _TOKEN_SECONDS))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConnectError(f"{self._url} answers with no token") from error
        self._until = time.monotonic() + max(0.0, lasts - _EARLY_SECONDS)
