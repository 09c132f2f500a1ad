"""A cell's tenants, and what they and their clients may use."""

import uuid
from dataclasses import replace

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import TenantId
from brokers.metadata.records import ClientQuotaRecord, Kind, TenantRecord
from tenants.client_quotas import check_entity, check_values
from tenants.errors import Invalid
from tests.node.cell.state import CellState


class Tenants(CellState):
    # What a test does.

    def add_tenant(self, name: str = "acme", **fields: object) -> TenantRecord:
        number = len(self.tenants) + 1
        tenant = TenantRecord(
            id=TenantId(str(self.new_id())),
            name=name,
            cluster_id=f"lkc-{number:05d}",
            default_partition_count=1,
            **fields,
        )
        self.put_tenant(tenant)
        return tenant

    def limit(self, tenant: TenantRecord, **limits: int) -> None:
        """Give the tenant these limits, and no others."""
        self.put_tenant(replace(tenant, limits=limits))

    def put_quota(self, tenant: TenantRecord, entity: dict, **values: float) -> str:
        """A client quota; its id."""
        record = ClientQuotaRecord(str(uuid.uuid4()), tenant.id, entity, values)
        with self._lock:
            self._publish(Kind.QUOTA, record.id, record.to_json())
        return record.id

    # ControlPlane.

    async def alter_client_quotas(self, actor, entity, values, validate_only) -> None:
        self._check()
        try:
            check_entity(entity)
            check_values(entity, values)
        except Invalid as invalid:
            raise Refusal(ErrorCode.INVALID_REQUEST, invalid.message) from invalid
        if validate_only:
            return
        with self._lock:
            key = (actor.tenant_id, *sorted(entity.items()))
            quota_id, before = self.quotas.get(key, (str(uuid.uuid4()), {}))
            merged = {**before, **values}
            kept = {name: value for name, value in merged.items() if value is not None}
            self.quotas[key] = (quota_id, kept)
            record = ClientQuotaRecord(quota_id, actor.tenant_id, entity, kept)
            self._publish(Kind.QUOTA, quota_id, record.to_json() if kept else None)
