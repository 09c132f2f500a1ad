"""A database URL as Django's settings."""

import pytest

from streaming.cell.database_url import database_settings
from streaming.cell.failure import ConfigurationError


def test_every_part_is_taken_over_and_decoded():
    made = database_settings("postgresql://a%40b:p%2Fw@db.example:6543/my%20db?sslmode=require")

    assert (made["USER"], made["PASSWORD"], made["NAME"]) == ("a@b", "p/w", "my db")
    assert (made["HOST"], made["PORT"]) == ("db.example", "6543")
    assert made["OPTIONS"] == {"sslmode": "require"}


def test_a_socket_folder_is_given_as_an_option():
    made = database_settings("postgresql://app@/streams?host=/run/postgresql")

    assert (made["HOST"], made["PORT"], made["OPTIONS"]) == ("/run/postgresql", "", {})


@pytest.mark.parametrize("url", ["mysql://app:hidden@db/x", "postgresql://app:hidden@db", "hidden"])
def test_a_url_of_another_kind_is_refused_without_its_password(url):
    with pytest.raises(ConfigurationError) as refused:
        database_settings(url)
    assert "hidden" not in str(refused.value)
