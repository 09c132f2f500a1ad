"""AlterUserScramCredentials: passwords of a tenant's users, salted by the client (KIP-554).

What is kept of them is computed here, so that a salted password goes no further. A user logs in as
``NAME@CLUSTER_ID``, and is the tenant's principal ``User:NAME``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.metadata.records import ScramVerifier
from brokers.node.administration import Deadline, check_count, refused_cluster
from brokers.node.authentication.scram import verifier_of
from brokers.node.authentication.verifiers import HashName
from brokers.node.ports import Refused, ScramAlteration
from brokers.node.session import RequestContext
from brokers.wire.messages.alter_user_scram_credentials_request import (
    AlterUserScramCredentialsRequest,
    ScramCredentialUpsertion,
)
from brokers.wire.messages.alter_user_scram_credentials_response import (
    AlterUserScramCredentialsResponse,
    AlterUserScramCredentialsResult,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

ITERATIONS_MIN: Final = 4096
ITERATIONS_MAX: Final = 16_384
"""Kafka's bounds (``ScramMechanism``): the client has to do them at each login."""

SALT_BYTES_MAX: Final = 256


class Mechanism(IntEnum):
    """Kafka's codes (``ScramMechanism``)."""

    SCRAM_SHA_256 = 1
    SCRAM_SHA_512 = 2


_HASHES: Final[dict[int, HashName]] = {
    Mechanism.SCRAM_SHA_256: "sha256",
    Mechanism.SCRAM_SHA_512: "sha512",
}
_DIGEST_BYTES: Final = {"sha256": 32, "sha512": 64}


@dataclass(slots=True)
class _Asked:
    """All that a request wants of one user; ``fault`` is why none of it can be."""

    verifiers: dict[str, ScramVerifier | None] = field(default_factory=dict)
    fault: Refused | None = None


async def handle(
    request: AlterUserScramCredentialsRequest, context: RequestContext, node: "Node"
) -> AlterUserScramCredentialsResponse:
    """One row per user, in the order in which they are first named."""
    deadline = Deadline()
    asked = _asked(request)
    refused = await refused_cluster(context, node, Operation.ALTER) or check_count(len(asked))
    outcomes: dict[str, Refused | None] = {
        name: refused or each.fault for name, each in asked.items()
    }
    wanted = [
        ScramAlteration(name, each.verifiers)
        for name, each in asked.items()
        if outcomes[name] is None
    ]
    if wanted:
        done = await deadline.done(node.control.alter_scram_users(context.actor(), wanted))
        await deadline.caught_up(node)
        for position, alteration in enumerate(wanted):
            outcomes[alteration.name] = done if isinstance(done, Refused) else done[position]
    return AlterUserScramCredentialsResponse(results=[*_rows(outcomes)])


def _asked(request: AlterUserScramCredentialsRequest) -> dict[str, _Asked]:
    users: dict[str, _Asked] = {}
    for deletion in request.deletions:
        user = users.setdefault(deletion.name, _Asked())
        _note(user, deletion.mechanism, _name_fault(deletion.name), None)
    for upsertion in request.upsertions:
        user = users.setdefault(upsertion.name, _Asked())
        fault = _name_fault(upsertion.name) or _upsertion_fault(upsertion)
        hash_name = _HASHES.get(upsertion.mechanism)
        kept = None
        if fault is None and hash_name is not None:
            kept = verifier_of(
                hash_name, upsertion.salt, upsertion.iterations, upsertion.salted_password
            )
        _note(user, upsertion.mechanism, fault, kept)
    return users


def _note(user: _Asked, mechanism: int, fault: Refused | None, kept: ScramVerifier | None) -> None:
    hash_name = _HASHES.get(mechanism)
    if hash_name is None:
        fault = Refused(ErrorCode.UNSUPPORTED_SASL_MECHANISM, "unknown SCRAM mechanism")
    elif hash_name in user.verifiers:
        fault = Refused(
            ErrorCode.DUPLICATE_RESOURCE,
            "a user's credential cannot be altered twice in one request",
        )
    else:
        user.verifiers[hash_name] = kept
    user.fault = user.fault or fault


def _name_fault(name: str) -> Refused | None:
    return None if name else _unacceptable("the user's name must not be empty")


def _upsertion_fault(wanted: ScramCredentialUpsertion) -> Refused | None:
    if not ITERATIONS_MIN <= wanted.iterations <= ITERATIONS_MAX:
        return _unacceptable(f"iterations must be {ITERATIONS_MIN} to {ITERATIONS_MAX}")
    if not 0 < len(wanted.salt) <= SALT_BYTES_MAX:
        return _unacceptable(f"a salt has 1 to {SALT_BYTES_MAX} bytes")
    hash_name = _HASHES.get(wanted.mechanism)
    if hash_name is not None and len(wanted.salted_password) != _DIGEST_BYTES[hash_name]:
        return _unacceptable(
            f"a password that was salted for this mechanism has {_DIGEST_BYTES[hash_name]} bytes"
        )
    return None


def _unacceptable(message: str) -> Refused:
    return Refused(ErrorCode.UNACCEPTABLE_CREDENTIAL, message)


def _rows(outcomes: dict[str, Refused | None]) -> Iterator[AlterUserScramCredentialsResult]:
    for name, refused in outcomes.items():
        if refused is None:
            yield AlterUserScramCredentialsResult(user=name, error_message=None)
        else:
            yield AlterUserScramCredentialsResult(name, refused.code, refused.message)
