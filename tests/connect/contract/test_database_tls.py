"""What databases' connectors are told of TLS, and what they make of it."""

from datetime import UTC, datetime

import pytest

from connect.connectors.database_tls import SSL_MODES, certificates, ssl_mode
from connect.connectors.jdbc.settings import CONNECTION, ConnectionSettings
from connect.connectors.postgresql_cdc.settings import CONFIG, Settings
from connect.spi.errors import ConfigError
from streaming.cell import tls

CDC = {
    "database.hostname": "db.example", "database.user": "cdc", "database.dbname": "shop",
    "topic.prefix": "x",
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tls.ensure(tmp_path_factory.mktemp("tls"), "db.example", datetime.now(UTC))


def of_cdc(mode, authorities):
    given = {"database.sslmode": mode, "database.ssl.ca": authorities}
    return Settings.of(CONFIG.parse(CDC | _said(given))).ssl_mode


def of_jdbc(mode, authorities):
    return _jdbc("jdbc:postgresql://db.example/shop", mode, authorities)


def of_url(mode, authorities):
    parameter = f"?sslmode={mode}" if mode else ""
    return _jdbc(f"jdbc:postgresql://db.example/shop{parameter}", None, authorities)


def _jdbc(url, mode, authorities):
    given = {"connection.ssl.mode": mode, "connection.ssl.ca": authorities}
    return ConnectionSettings.of(CONNECTION.parse({"connection.url": url} | _said(given))).ssl_mode


def _said(config):
    return {name: value for name, value in config.items() if value is not None}


@pytest.mark.parametrize("of", [of_cdc, of_jdbc, of_url])
def test_modes_and_defaults(of, files):
    assert of(None, None) == "prefer"
    for mode in SSL_MODES:
        assert of(mode, None) == mode
        assert of(mode.upper(), None) == mode
    authorities = files.authority.read_text()
    assert of(None, authorities) == "verify-full"
    assert of("require", authorities) == "verify-ca"
    assert of("verify-ca", authorities) == "verify-ca"
    for mode in ("disable", "prefer"):
        with pytest.raises(ConfigError, match=f"Invalid value {mode} for configuration"):
            of(mode, authorities)


def test_every_mode_is_one_of_those_that_libpq_knows(files):
    made = {ssl_mode("m", each, files.authority.read_text()) for each in SSL_MODES[2:]}
    assert made <= set(SSL_MODES)


def test_certificates_are_read_when_they_are_configured(files):
    authority = files.authority.read_text()
    certificates("ca", None)
    certificates("ca", authority)
    certificates("ca", f"# ours, and theirs\n{authority}\n{authority}")
    for text, why in (
        ("/etc/ssl/ca.pem", "not certificates in PEM form"),
        (authority + files.key.read_text(), "a private key is in it"),
        (authority[: len(authority) // 2], "cannot be read"),
        (authority.replace("M", "!"), "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=why) as raised:
            certificates("ca", text)
        assert text[-60:-30] not in str(raised.value) or len(text) < 60
