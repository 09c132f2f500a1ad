"""The id of the request under way, in log lines."""

import logging

from brokers.node import request_origin
from brokers.node.request_origin import RequestOrigin
from streaming.access.request_origin import NameRequest
from tenants import origin
from tenants.origin import Origin


def named():
    record = logging.makeLogRecord({"msg": "something"})
    assert NameRequest().filter(record)
    return record.request


def test_log_lines_name_the_request_that_they_are_of():
    assert named() == ""
    with origin.acting(Origin("192.0.2.1", "abc")):
        assert named() == " [abc]"
    token = request_origin.current.set(RequestOrigin("192.0.2.1", "1.2.3.4"))
    assert named() == " [1.2.3.4]"
    request_origin.current.reset(token)
    assert named() == ""
