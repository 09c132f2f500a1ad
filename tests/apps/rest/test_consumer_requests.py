"""Bodies of REST v2's consumers."""

import pytest

from streaming.consumers.errors import InvalidConfig
from streaming.consumers.settings import InstanceSettings
from streaming.rest.v2.consumer_requests import parse_instance


def test_no_body_means_the_defaults():
    assert parse_instance(None) == parse_instance({}) == (None, InstanceSettings())


@pytest.mark.parametrize("body", [[], [{}], "", 0, False, "x", {"colour": "red"}])
def test_what_is_no_settings_object_is_refused(body):
    with pytest.raises(InvalidConfig):
        parse_instance(body)
