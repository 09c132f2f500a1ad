"""Why a caller is turned away, before anything about the thing asked for is said."""

from collections.abc import Mapping
from typing import ClassVar


class AccessError(Exception):
    """Base of the refusals below; each knows its HTTP status and Confluent's error code."""

    status: ClassVar[int]
    error_code: ClassVar[int]
    headers: ClassVar[Mapping[str, str]] = {}


class NotAuthenticated(AccessError):
    """No credential, or one that does not (or no longer) log in; which of them is not told."""

    status = 401
    error_code = 40101
    headers: ClassVar[Mapping[str, str]] = {
        "WWW-Authenticate": 'Basic realm="Headwater", charset="UTF-8"'
    }


class NotAllowed(AccessError):
    """The caller is known and may not do this."""

    status = 403
    error_code = 40301


class CrossSite(AccessError):
    """A session's write without a token, or its websocket from another site."""

    status = 403
    error_code = 40301


class ClusterNotFound(AccessError):
    """The cluster is absent, or another tenant's: the same answer for both."""

    status = 404
    error_code = 404

    def __init__(self, cluster_id: str) -> None:
        super().__init__(
            f"Cluster {cluster_id} cannot be found. GET /kafka/v3/clusters lists yours."
        )


class TenantNotFound(AccessError):
    """As ``ClusterNotFound``, for a tenant that was asked for by name."""

    status = 404
    error_code = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"Tenant {name} cannot be found. GET /api/v1/session lists yours.")


class AccessUnavailable(AccessError):
    """Credentials cannot be checked right now; retriable."""

    status = 503
    error_code = 50003
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}
