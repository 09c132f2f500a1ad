"""ApiVersions (KIP-35, KIP-511): what this listener answers, built from the table of routes.

No finalised features are told: without ``transaction.version`` clients keep to the first version of
the transaction protocol (KIP-890), and nothing else is switched by a feature yet.
"""

import re
from collections.abc import Iterable

from brokers.kernel.errors import ErrorCode
from brokers.wire.messages.api_versions_request import ApiVersionsRequest
from brokers.wire.messages.api_versions_response import ApiVersion, ApiVersionsResponse

SOFTWARE_SINCE_VERSION = 3
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
    return ApiVersionsResponse(api_keys=list(offered))


def unsupported_version(offered: Iterable[ApiVersion]) -> ApiVersionsResponse:
    """For a version that is not known here, to be encoded as version 0: try again with these."""
    return ApiVersionsResponse(error_code=ErrorCode.UNSUPPORTED_VERSION, api_keys=list(offered))
