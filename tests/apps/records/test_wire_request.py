"""A generated message inside of aiokafka's connection: versions, bytes out, bytes in."""

from io import BytesIO

import pytest

from brokers.kernel.errors import ProtocolError
from brokers.wire.headers import decode_request_header, encode_response_header
from brokers.wire.messages.list_groups_request import ListGroupsRequest
from brokers.wire.messages.list_groups_response import ListedGroup, ListGroupsResponse
from brokers.wire.registry import REQUESTS, RESPONSES, ApiKey
from streaming.records.wire_request import UnsupportedByBroker, WireRequest

ASKED = ListGroupsRequest(states_filter=["Stable"])


def request(**limits):
    return WireRequest(ApiKey.LIST_GROUPS, ASKED, **limits)


@pytest.mark.parametrize(
    ("offered", "limits", "version"),
    [
        ((0, 4), {}, 4),
        ((0, 99), {}, 5),
        ((0, 5), {"max_version": 4}, 4),
        ((4, 5), {"min_version": 4}, 5),
    ],
)
def test_the_newest_version_that_both_know_is_sent(offered, limits, version):
    prepared = request(**limits).prepare({ApiKey.LIST_GROUPS: offered})
    frame = prepared.build_request_header(7, "edge").encode() + prepared.encode()
    header, position = decode_request_header(memoryview(frame))
    assert tuple(header) == (ApiKey.LIST_GROUPS, version, 7, "edge")
    assert REQUESTS[ApiKey.LIST_GROUPS].decode(version, memoryview(frame), position) == ASKED


@pytest.mark.parametrize(
    ("offered", "limits"),
    [({}, {}), ({ApiKey.LIST_GROUPS: (0, 3)}, {"min_version": 4}),
     ({ApiKey.LIST_GROUPS: (6, 9)}, {}), ({ApiKey.LIST_GROUPS: (5, 5)}, {"max_version": 4})],
)  # fmt: skip
def test_without_a_common_version_nothing_is_sent(offered, limits):
    with pytest.raises(UnsupportedByBroker, match="LIST_GROUPS"):
        request(**limits).prepare(offered)


@pytest.mark.parametrize("version", [2, 5])
def test_the_answer_is_read_behind_its_header(version):
    prepared = request(max_version=version).prepare({ApiKey.LIST_GROUPS: (0, version)})
    told = ListGroupsResponse(groups=[ListedGroup("g", "consumer")])
    body = b"".join(RESPONSES[ApiKey.LIST_GROUPS].encode(version, told))
    answer = BytesIO(encode_response_header(ApiKey.LIST_GROUPS, version, 7) + body)
    assert prepared.parse_response_header(answer).correlation_id == 7
    assert prepared.RESPONSE_TYPE.decode(answer) == told

    cut = BytesIO(answer.getvalue()[:-2])
    prepared.parse_response_header(cut)
    with pytest.raises(ProtocolError):
        prepared.RESPONSE_TYPE.decode(cut)
