import json
from collections.abc import Sequence
from typing import Final

from django.db import connection

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.node.ports import PrincipalReading, Readings, ReplicaReading, UseReading
from brokers.quotas.client_use import ClientUse
from tenants import scope
from tenants.transactions import limit_waits

# A row is taken unless it is older than what is there: a call that was given up may still arrive.
# A new incarnation counts from zero, so what the one before had counted is put aside.
_REPLICAS: Final = """
INSERT INTO brokers_replicafigures AS known (
    tenant_id, topic_id, index, broker_id, incarnation, records_in, bytes_in, bytes_out,
    records_in_before, bytes_in_before, bytes_out_before, requests, requests_before,
    log_start_offset, high_watermark, stored_bytes, at
)
SELECT topic.tenant_id, topic.id, told.partition, %(broker)s, %(incarnation)s,
    told.records_in, told.bytes_in, told.bytes_out, 0, 0, 0, told.requests, 0,
    told.log_start_offset, told.high_watermark, told.stored_bytes, now()
FROM unnest(
    %(topic_id)s::uuid[], %(partition)s::int[], %(records_in)s::bigint[], %(bytes_in)s::bigint[],
    %(bytes_out)s::bigint[], %(log_start_offset)s::bigint[], %(high_watermark)s::bigint[],
    %(stored_bytes)s::bigint[], %(requests)s::bigint[]
) AS told (
    topic_id, partition, records_in, bytes_in, bytes_out,
    log_start_offset, high_watermark, stored_bytes, requests
)
JOIN brokers_topic AS topic ON topic.id = told.topic_id
ON CONFLICT (topic_id, index, broker_id) DO UPDATE SET
    records_in_before = known.records_in_before
        + CASE WHEN known.incarnation < excluded.incarnation THEN known.records_in ELSE 0 END,
    bytes_in_before = known.bytes_in_before
        + CASE WHEN known.incarnation < excluded.incarnation THEN known.bytes_in ELSE 0 END,
    bytes_out_before = known.bytes_out_before
        + CASE WHEN known.incarnation < excluded.incarnation THEN known.bytes_out ELSE 0 END,
    requests_before = known.requests_before
        + CASE WHEN known.incarnation < excluded.incarnation THEN known.requests ELSE 0 END,
    incarnation = excluded.incarnation,
    records_in = excluded.records_in, bytes_in = excluded.bytes_in, bytes_out = excluded.bytes_out,
    requests = excluded.requests,
    log_start_offset = excluded.log_start_offset, high_watermark = excluded.high_watermark,
    stored_bytes = excluded.stored_bytes, at = excluded.at
WHERE known.incarnation < excluded.incarnation
    OR (known.incarnation = excluded.incarnation AND known.records_in <= excluded.records_in
        AND known.bytes_in <= excluded.bytes_in AND known.bytes_out <= excluded.bytes_out
        AND known.requests <= excluded.requests)
"""

# A row per incarnation: what an earlier one counted stays until it was metered (roll_up_figures).
_PRINCIPALS: Final = """
INSERT INTO brokers_principalfigures AS known (
    tenant_id, principal, broker_id, incarnation, at, records_in, bytes_in, bytes_out, requests,
    records_in_metered, bytes_in_metered, bytes_out_metered, requests_metered
)
SELECT told.tenant_id, told.principal, %(broker)s, %(incarnation)s, now(),
    told.records_in, told.bytes_in, told.bytes_out, told.requests, 0, 0, 0, 0
FROM unnest(
    %(tenant_id)s::uuid[], %(principal)s::text[], %(records_in)s::bigint[], %(bytes_in)s::bigint[],
    %(bytes_out)s::bigint[], %(requests)s::bigint[]
) AS told (tenant_id, principal, records_in, bytes_in, bytes_out, requests)
ON CONFLICT (tenant_id, principal, broker_id, incarnation) DO UPDATE SET
    at = excluded.at,
    records_in = excluded.records_in, bytes_in = excluded.bytes_in,
    bytes_out = excluded.bytes_out, requests = excluded.requests
WHERE known.records_in <= excluded.records_in AND known.bytes_in <= excluded.bytes_in
    AND known.bytes_out <= excluded.bytes_out AND known.requests <= excluded.requests
"""

# Of the newest incarnation only: nobody needs what an earlier one held.
_USES: Final = """
INSERT INTO brokers_tenantuse AS known (
    tenant_id, broker_id, incarnation, at, connections, groups, busy_ms, logins, largest_batch,
    clients
)
SELECT told.tenant_id, %(broker)s, %(incarnation)s, now(),
    told.connections, told.groups, told.busy_ms, told.logins, told.largest_batch, told.clients
FROM unnest(
    %(tenant_id)s::uuid[], %(connections)s::int[], %(groups)s::int[], %(busy_ms)s::bigint[],
    %(logins)s::bigint[], %(largest_batch)s::bigint[], %(clients)s::jsonb[]
) AS told (tenant_id, connections, groups, busy_ms, logins, largest_batch, clients)
ON CONFLICT (tenant_id, broker_id) DO UPDATE SET
    incarnation = excluded.incarnation, at = excluded.at, connections = excluded.connections,
    groups = excluded.groups, busy_ms = excluded.busy_ms, logins = excluded.logins,
    largest_batch = excluded.largest_batch, clients = excluded.clients,
    busy_percent = CASE WHEN known.incarnation = excluded.incarnation
        THEN (excluded.busy_ms - known.busy_ms)
        / nullif(extract(epoch FROM excluded.at - known.at), 0)::float8 / 10 END,
    logins_per_s = CASE WHEN known.incarnation = excluded.incarnation
        THEN (excluded.logins - known.logins)
        / nullif(extract(epoch FROM excluded.at - known.at), 0)::float8 END
WHERE known.incarnation < excluded.incarnation
    OR (known.incarnation = excluded.incarnation AND known.busy_ms <= excluded.busy_ms
        AND known.logins <= excluded.logins)
"""

_COUNTERS: Final = ("bytes_in", "bytes_out", "network_in", "network_out", "requests")
_PLAIN: Final = ("disk_bytes", "disk_free_bytes", "leaders", "replicas", "stored_bytes")


def _rate(counter: str) -> str:
    return (
        f"{counter}_per_s = CASE WHEN known.incarnation = excluded.incarnation"
        f" THEN (excluded.{counter} - known.{counter})"
        " / nullif(extract(epoch FROM excluded.at - known.at), 0)::float8 END"
    )


_BROKER: Final = f"""
INSERT INTO brokers_brokerfigures AS known
    (broker_id, incarnation, at, {", ".join([*_PLAIN, *_COUNTERS])})
VALUES (%(broker)s, %(incarnation)s, now(), {", ".join(f"%({c})s" for c in [*_PLAIN, *_COUNTERS])})
ON CONFLICT (broker_id) DO UPDATE SET
    incarnation = excluded.incarnation, at = excluded.at,
    {", ".join(f"{column} = excluded.{column}" for column in [*_PLAIN, *_COUNTERS])},
    {", ".join(_rate(counter) for counter in _COUNTERS)}
WHERE known.incarnation < excluded.incarnation
    OR (known.incarnation = excluded.incarnation AND known.requests <= excluded.requests
        AND known.network_in <= excluded.network_in)
"""


def publish_figures(broker_id: BrokerId, incarnation: Incarnation, readings: Readings) -> None:
    """What a broker counted, over what it had said before; an earlier incarnation's word, or an
    older one of its own, changes nothing.

    Metering and no act of anybody's: there is no audit entry and no numbered change. Readings of
    topics that are gone are left out.
    """
    who = {"broker": broker_id, "incarnation": incarnation}
    plain = {name: getattr(readings.broker, name) for name in [*_PLAIN, *_COUNTERS]}
    with scope.system("a broker publishes its figures"), connection.cursor() as cursor:
        limit_waits()
        cursor.execute(_BROKER, {**who, **plain})
        if readings.replicas:
            columns = _columns(ReplicaReading._fields, readings.replicas)
            columns["topic_id"] = [each.topic_id.hex() for each in readings.replicas]
            cursor.execute(_REPLICAS, {**who, **columns})
        if readings.principals:
            cursor.execute(
                _PRINCIPALS, {**who, **_columns(PrincipalReading._fields, readings.principals)}
            )
        if readings.uses:
            columns = _columns(UseReading._fields, readings.uses)
            columns["clients"] = [_json(each.clients) for each in readings.uses]
            cursor.execute(_USES, {**who, **columns})


def _json(clients: Sequence[ClientUse]) -> str:
    return json.dumps([each._asdict() for each in clients], ensure_ascii=False)


def _columns(names: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, list[object]]:
    """By name; rows are put together again by ``unnest``."""
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
