"""ApiVersions (KIP-35, KIP-511, KIP-584): what this listener answers, built from the table of
routes, and the features that are switched on for good.

``transaction.version`` 2 tells clients to let each transaction have an epoch of its own (KIP-890):
EndTxn from version 5 on, and Produce from 12 and TxnOffsetCommit from 5 on in place of
AddPartitionsToTxn and AddOffsetsToTxn.
"""

import re
from collections.abc import Iterable

from brokers.kernel.errors import ErrorCode
from brokers.wire.messages.api_versions_request import ApiVersionsRequest
from brokers.wire.messages.api_versions_response import (
    ApiVersion,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
)

SOFTWARE_SINCE_VERSION = 3
MINIMUM_ZERO_SINCE_VERSION = 4
"""Clients of version 3 do not take a feature that may be at 0 (Kafka: KAFKA-17011)."""

FEATURES = {"transaction.version": 2}
"""Name and finalised level."""

FEATURES_EPOCH = 1
"""Changes whenever ``FEATURES`` does."""

_SOFTWARE = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?")


def answer(
    request: ApiVersionsRequest, version: int, offered: Iterable[ApiVersion]
) -> ApiVersionsResponse:
    """INVALID_REQUEST for a client that does not name itself properly, from version 3 on."""
    if version >= SOFTWARE_SINCE_VERSION and not (
        _SOFTWARE.fullmatch(request.client_software_name)
        and _SOFTWARE.fullmatch(request.client_software_version)
    ):
        return ApiVersionsResponse(error_code=ErrorCode.INVALID_REQUEST)
    response = ApiVersionsResponse(api_keys=list(offered))
    if version >= SOFTWARE_SINCE_VERSION:
        minimum = 0 if version >= MINIMUM_ZERO_SINCE_VERSION else 1
        response.supported_features = [
            SupportedFeatureKey(name, minimum, level) for name, level in FEATURES.items()
        ]
        response.finalized_features_epoch = FEATURES_EPOCH
        response.finalized_features = [
            FinalizedFeatureKey(name, level, level) for name, level in FEATURES.items()
        ]
    return response


def unsupported_version(offered: Iterable[ApiVersion]) -> ApiVersionsResponse:
    """For a version that is not known here, to be encoded as version 0: try again with these."""
    return ApiVersionsResponse(error_code=ErrorCode.UNSUPPORTED_VERSION, api_keys=list(offered))
