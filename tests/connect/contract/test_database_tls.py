"""What databases' connectors are told of TLS, and what they make of it."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from connect.connectors.database_tls import (
    SSL_MODES,
    certificates,
    client_certificate,
    private_key,
    ssl_mode,
)
from connect.connectors.jdbc.settings import CONNECTION, ConnectionSettings
from connect.connectors.pem import pem_text
from connect.connectors.postgresql_cdc.settings import CONFIG, Settings
from connect.spi.config import ConfigType, Password
from connect.spi.errors import ConfigError
from streaming.cell import tls
from tests.connect.client_certificates import client_certificate as made_for
from tests.connect.client_certificates import key_text

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
    made = {ssl_mode("m", each, files.authority.read_text(), None) for each in SSL_MODES[2:]}
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


@pytest.mark.parametrize("between", ["\n", "", " ", "\r\n"])
def test_line_breaks_that_a_form_took_out_are_put_back(files, between):
    both = files.authority.read_text() + files.key.read_text()
    assert pem_text(between.join(both.splitlines())) == both
    certificates("ca", between.join(files.authority.read_text().splitlines()))


def test_pem_that_is_not_whole_is_left_for_its_reader_to_refuse(files):
    authority = files.authority.read_text()
    for text in (
        "",
        "no PEM",
        "-----BEGIN X-----\n!\n-----END X-----\n",
        authority * 2 + authority[:90],
    ):
        assert pem_text(text) == text


@pytest.fixture(scope="module")
def pair(files):
    return made_for(files.authority.parent, "somebody")


def certificate_of(chain, key):
    return client_certificate("chain", chain, "key", None if key is None else Password(key))


def test_a_certificate_has_tls_demanded_and_the_server_verified(files, pair):
    own, authority = certificate_of(*pair), files.authority.read_text()
    assert ssl_mode("m", None, None, own) == ssl_mode("m", None, authority, own) == "verify-full"
    assert ssl_mode("m", "require", None, own) == "require"
    assert ssl_mode("m", "require", authority, own) == "verify-ca"
    for mode in ("disable", "prefer"):
        with pytest.raises(ConfigError, match=f"Invalid value {mode} .* to log in with"):
            ssl_mode("m", mode, None, own)


def test_a_certificate_and_its_key_go_together(files, pair):
    chain, key = pair
    assert certificate_of(None, None) is None
    # With those between it and its authority behind it.
    found = certificate_of(chain + files.authority.read_text(), key)
    assert found.key not in repr(found)
    for given, match in (
        ((chain, None), "chain needs key"),
        ((None, key), "key needs chain"),
        ((chain, made_for(files.authority.parent, "other")[1]), "key: not the key .* chain"),
        ((chain, key[:90]), "key: not the key"),
        (("", "x"), "key needs chain"),
    ):
        with pytest.raises(ConfigError, match=match) as raised:
            certificate_of(*given)
        assert key[40:60] not in str(raised.value)


def test_a_key_is_looked_at_when_it_is_configured(pair):
    private_key("k", None)
    private_key("k", pair[1])
    opened_by = key_text(ec.generate_private_key(ec.SECP256R1()), b"a password")
    for text, why in ((pair[0], "not a private key"), (opened_by, "that a password opens")):
        with pytest.raises(ConfigError, match=why) as raised:
            private_key("k", text)
        assert text[60:80] not in str(raised.value)


@pytest.mark.parametrize("prefix", ["database.ssl", "connection.ssl"])
def test_the_key_is_a_secret_and_the_rest_is_not(prefix):
    definition = CONFIG if prefix == "database.ssl" else CONNECTION
    kinds = {each.name: each.type for each in definition.keys}
    assert kinds[f"{prefix}.key"] is ConfigType.PASSWORD
    assert kinds[f"{prefix}.certificate"] is ConfigType.STRING
