"""Signatures by which S3 knows who sent a request, and that it is as it was sent. Pure.

Source: AWS Signature Version 4, as the Amazon S3 API Reference has it ("Signature Calculations for
the Authorization Header: Transferring Payload in a Single Chunk").
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

UNSIGNED: Final = "UNSIGNED-PAYLOAD"
"""Instead of what a request's content is hashed to: the signature does not cover it."""
_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Signer:
    """``token`` comes with temporary credentials; empty with lasting ones."""

    key: str
    secret: str = field(repr=False)
    region: str
    token: str = field(default="", repr=False)

    def signed(
        self, method: str, path: str, headers: Mapping[str, str], content: str, now: datetime
    ) -> dict[str, str]:
        """All headers of a request without parameters.

        Args:
            path: as the request has it (``encoded``).
            headers: small names, ``host`` is one of them; all are signed.
            content: SHA-256 of what the request has, in hexadecimal; or ``UNSIGNED``.
            now: in UTC. A store refuses what is a quarter of an hour off.
        """
        moment = now.strftime("%Y%m%dT%H%M%SZ")
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        headers = {**headers, "x-amz-content-sha256": content, "x-amz-date": moment}
        if self.token:
            headers["x-amz-security-token"] = self.token
        names = sorted(headers)
        request = "\n".join([
            method, path, "", *(f"{name}:{headers[name].strip()}" for name in names), "",
            ";".join(names), content,
        ])  # fmt: skip
        hashed = hashlib.sha256(request.encode()).hexdigest()
        key = f"AWS4{self.secret}".encode()
        for part in (*scope.split("/"), "\n".join([_ALGORITHM, moment, scope, hashed])):
            key = hmac.digest(key, part.encode(), "sha256")
        told = (
            f"Credential={self.key}/{scope},SignedHeaders={';'.join(names)},Signature={key.hex()}"
        )
        return {**headers, "authorization": f"{_ALGORITHM} {told}"}


def encoded(path: str) -> str:
    """An object's name as requests have it: slashes stay."""
    return quote(path, safe="/-_.~")
