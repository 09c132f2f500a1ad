"""DescribeUserScramCredentials: which users have a password, never anything of it (KIP-554)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.metadata.records import CredentialRecord
from brokers.node.administration import check_count, refused_cluster, repeated
from brokers.node.handlers.alter_user_scram_credentials import Mechanism
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_user_scram_credentials_request import (
    DescribeUserScramCredentialsRequest,
)
from brokers.wire.messages.describe_user_scram_credentials_response import (
    CredentialInfo,
    DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DescribeUserScramCredentialsRequest, context: RequestContext, node: "Node"
) -> DescribeUserScramCredentialsResponse:
    """None, or no, users asks for all of the tenant's."""
    asked = [user.name for user in request.users or ()]
    refused = await refused_cluster(context, node, Operation.DESCRIBE) or check_count(len(asked))
    if refused is not None:
        return DescribeUserScramCredentialsResponse(
            error_code=refused.code, error_message=refused.message
        )
    tenant_id = context.session.tenant_id
    if not all(name in node.image.scram_users.get(tenant_id, {}) for name in asked):
        await node.catch_up()
    users = node.image.scram_users.get(tenant_id, {})
    twice = repeated(asked)
    return DescribeUserScramCredentialsResponse(
        error_message=None,
        results=[
            _row(name, users, is_repeated=name in twice)
            for name in dict.fromkeys(asked or sorted(users))
        ],
    )


def _row(
    name: str, users: Mapping[str, CredentialRecord], *, is_repeated: bool
) -> DescribeUserScramCredentialsResult:
    user = users.get(name)
    if is_repeated:
        code = ErrorCode.DUPLICATE_RESOURCE
        message = f"user {name!r} stands in the request more than once"
    elif user is None:
        code = ErrorCode.RESOURCE_NOT_FOUND
        message = f"user {name!r} has no SCRAM credential"
    else:
        infos = [
            CredentialInfo(mechanism, kept.iterations)
            for mechanism, kept in (
                (Mechanism.SCRAM_SHA_256, user.scram_sha_256),
                (Mechanism.SCRAM_SHA_512, user.scram_sha_512),
            )
            if kept is not None
        ]
        return DescribeUserScramCredentialsResult(
            user=name, error_message=None, credential_infos=infos
        )
    return DescribeUserScramCredentialsResult(user=name, error_code=code, error_message=message)
