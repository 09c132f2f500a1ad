"""Which bucket a request is charged to, by what its header says."""

from brokers.kernel.ids import TenantId
from brokers.node.charges import Charges
from brokers.quotas.tenant_quotas import TenantQuotas
from brokers.wire.headers import RequestHeader, encode_request_header
from brokers.wire.registry import ApiKey


def frame(client_id):
    return memoryview(encode_request_header(RequestHeader(ApiKey.PRODUCE, 9, 1, client_id)))


def test_a_client_id_is_kept_as_far_as_quotas_name_clients():
    tenant = TenantQuotas(TenantId("acme"))
    tenant.configure({}, [({"client-id": None}, {"producer_byte_rate": 10.0})], brokers=1, now_ms=0)
    charges = Charges(tenant, "User:app", lambda: 0)
    longest = "\N{GRINNING FACE}" * 255
    for client_id in (longest, "x" * 30_000, "x" * 32_000):
        charges.identify(frame(client_id))
        charges.charge_produce(1)
    names = [sharers.client_id for sharers, _shared in tenant.shared_buckets()]
    assert [len(name) for name in names if name] == [255, 1024]
