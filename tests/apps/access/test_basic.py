import base64

import pytest

from streaming.access.basic import parse_basic
from streaming.access.errors import NotAuthenticated


def header(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_key_and_secret():
    assert parse_basic(header("HW1:se:cret")) == ("HW1", "se:cret")
    assert parse_basic(header("HW1:").replace("Basic", "bAsIc")) == ("HW1", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Basic",
        "Basic ????",
        "Bearer abc",
        "Basic " + "A" * 5000,
        "Basic /w==",
        header("no separator"),
        header("HW1\0:x"),
    ],
)
def test_anything_else_is_not_authenticated(text):
    with pytest.raises(NotAuthenticated):
        parse_basic(text)
