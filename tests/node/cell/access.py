"""Who may log in to a cell, and what they may do there: keys, SCRAM users, ACLs."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import replace

from brokers.acl_words import entry_of
from brokers.authorization.acl import AclBinding, AclFilter
from brokers.authorization.restriction import KeyRestriction
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import Principal
from brokers.metadata.records import (
    AclRecord,
    CredentialRecord,
    Kind,
    ScramVerifier,
    TenantRecord,
)
from brokers.node.authentication.plain import plain_verifier
from brokers.node.ports import Actor, KeyUse, Refused, ScramAlteration
from tenants.acl_presets import USUAL, Preset, bindings_of
from tenants.acls import AclEntry
from tests.node.cell.state import CellState

PEPPER = b"the pepper of tests, 32 bytes...."


def scram_verifier(hash_name: str, secret: str, iterations: int = 4096) -> ScramVerifier:
    """RFC 5802's StoredKey and ServerKey of a secret."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac(hash_name, secret.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", hash_name)
    return ScramVerifier(
        salt=salt,
        iterations=iterations,
        stored_key=hashlib.new(hash_name, client_key).digest(),
        server_key=hmac.digest(salted, b"Server Key", hash_name),
    )


class Access(CellState):
    # What a test does.

    def add_key(
        self,
        tenant: TenantRecord,
        *,
        administrator: bool = True,
        principal: str = "User:tenant-admin",
        expires_at_ms: int | None = None,
        preset: Preset = USUAL,
        restriction: KeyRestriction | None = None,
    ) -> tuple[str, str]:
        """(key id, secret)."""
        key_id, secret = f"HW{secrets.token_hex(7).upper()}", secrets.token_urlsafe(32)
        credential = CredentialRecord(
            key_id=key_id,
            tenant_id=tenant.id,
            principal=Principal(principal),
            administrator=administrator,
            plain_verifier=plain_verifier(PEPPER, secret),
            scram_sha_256=scram_verifier("sha256", secret),
            scram_sha_512=scram_verifier("sha512", secret),
            expires_at_ms=expires_at_ms,
            restriction=restriction,
        )
        if not administrator:
            self.allow(tenant, *bindings_of(preset, principal))
        self._put_credential(credential)
        return key_id, secret

    def expire_key(self, key_id: str, at_ms: int) -> None:
        """As for the former of two keys, once the other has taken its place."""
        self._put_credential(replace(self.credentials[key_id], expires_at_ms=at_ms))

    def revoke_key(self, key_id: str) -> None:
        with self._lock:
            del self.credentials[key_id]
            self._publish(Kind.CREDENTIAL, key_id, None)

    def _put_credential(self, credential: CredentialRecord) -> None:
        with self._lock:
            self.credentials[credential.key_id] = credential
            self._publish(Kind.CREDENTIAL, credential.key_id, credential.to_json())

    def allow(self, tenant: TenantRecord, *entries: AclEntry) -> list[str]:
        """The ids of the tenant's new bindings."""
        ids = [str(self.new_id()) for _ in entries]
        with self._lock:
            for acl_id, entry in zip(ids, entries, strict=True):
                payload = {"id": acl_id, "tenant_id": tenant.id, **entry._asdict()}
                self._publish(Kind.ACL, acl_id, payload)
        return ids

    def end_acl(self, acl_id: str) -> None:
        with self._lock:
            self._publish(Kind.ACL, acl_id, None)

    # ControlPlane.

    async def note_key_uses(self, uses: Sequence[KeyUse]) -> None:
        self._check()
        self.key_uses += uses

    async def alter_scram_users(
        self, actor: Actor, alterations: Sequence[ScramAlteration]
    ) -> list[Refused | None]:
        self._check()
        with self._lock:
            return [self._alter_scram_user(actor, each) for each in alterations]

    def _alter_scram_user(self, actor: Actor, wanted: ScramAlteration) -> Refused | None:
        key_id = f"{wanted.name}@{self.tenants[actor.tenant_id].cluster_id}"
        known = self.credentials.get(key_id)
        kept = {} if known is None else {
            "sha256": known.scram_sha_256, "sha512": known.scram_sha_512,
        }  # fmt: skip
        if any(new is None and kept.get(name) is None for name, new in wanted.verifiers.items()):
            return Refused(ErrorCode.RESOURCE_NOT_FOUND, "there is none")
        kept |= wanted.verifiers
        credential = CredentialRecord(
            key_id, actor.tenant_id, Principal(f"User:{wanted.name}"), False, None,
            kept.get("sha256"), kept.get("sha512"), scram_user=wanted.name,
        )  # fmt: skip
        if any(kept.values()):
            self._put_credential(credential)
        else:
            self.revoke_key(key_id)
        return None

    async def create_acls(self, actor: Actor, bindings: Sequence[AclBinding]) -> list[None]:
        self._check()
        self.allow(self.tenants[actor.tenant_id], *(entry_of(each) for each in bindings))
        return [None] * len(bindings)

    async def delete_acls(
        self, actor: Actor, filters: Sequence[AclFilter]
    ) -> list[list[AclBinding]]:
        self._check()
        with self._lock:
            held = {
                change.key: AclRecord.from_json(change.payload)
                for change in self.changes
                if change.kind is Kind.ACL and change.payload is not None
            }
            ended = {c.key for c in self.changes if c.kind is Kind.ACL and c.payload is None}
            found: list[list[AclBinding]] = [[] for _ in filters]
            for acl_id, record in held.items():
                if record.tenant_id != actor.tenant_id or acl_id in ended:
                    continue
                matching = [n for n, each in enumerate(filters) if each.matches(record.binding)]
                for number in matching:
                    found[number].append(record.binding)
                if matching:
                    self.end_acl(acl_id)
            return found
