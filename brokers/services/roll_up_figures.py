from datetime import datetime
from typing import Final

from django.db import connection

from brokers.metering.steps import FINEST_S
from brokers.selectors.under_replication import IS_UNDER_REPLICATED
from tenants import scope
from tenants.transactions import limit_waits

_LOCK: Final = 0x68775F666967
"""Names the advisory lock of whoever rolls up."""

_TICK: Final = """
WITH newest AS (SELECT max(at) AS at FROM brokers_figurestick)
INSERT INTO brokers_figurestick (at, seconds, step_s)
SELECT %(at)s, extract(epoch FROM %(at)s - newest.at)::float8, %(step_s)s
FROM newest WHERE newest.at IS NULL OR newest.at < %(at)s
RETURNING at
"""

# What is as it was is left out before it is written: a conflict would lock its row all the same.
# Counters are sums over every replica that ever was, so that moving a leader takes nothing back;
# what is stored, the leader's word, or the preferred leader's while there is none.
_TOPICS: Final = f"""
WITH counted AS (
    SELECT topic_id,
        sum(records_in_before + records_in) AS records_in,
        sum(bytes_in_before + bytes_in) AS bytes_in,
        sum(bytes_out_before + bytes_out) AS bytes_out
    FROM brokers_replicafigures GROUP BY topic_id
), held AS (
    SELECT partition.topic_id,
        coalesce(sum(greatest(replica.high_watermark - replica.log_start_offset, 0)), 0)
            AS stored_records,
        coalesce(sum(replica.stored_bytes), 0) AS stored_bytes,
        count(*) AS partitions,
        count(*) FILTER (WHERE {IS_UNDER_REPLICATED}) AS under_replicated,
        count(*) FILTER (WHERE leader IS NULL) AS offline,
        max(cardinality(replicas) - cardinality(adding)) AS replication_factor
    FROM brokers_partition AS partition
    LEFT JOIN brokers_replicafigures AS replica
        ON replica.topic_id = partition.topic_id AND replica.index = partition.index
        AND replica.broker_id = coalesce(partition.leader, partition.replicas[1])
    GROUP BY partition.topic_id
), found AS (
    SELECT topic.id AS topic_id, topic.tenant_id,
        coalesce(counted.records_in, 0) AS records_in, coalesce(counted.bytes_in, 0) AS bytes_in,
        coalesce(counted.bytes_out, 0) AS bytes_out,
        CASE WHEN topic.deleted_at IS NULL THEN held.stored_records ELSE 0 END AS stored_records,
        CASE WHEN topic.deleted_at IS NULL THEN held.stored_bytes ELSE 0 END AS stored_bytes,
        CASE WHEN topic.deleted_at IS NULL THEN held.partitions ELSE 0 END AS partitions,
        CASE WHEN topic.deleted_at IS NULL THEN held.under_replicated ELSE 0 END
            AS under_replicated,
        CASE WHEN topic.deleted_at IS NULL THEN held.offline ELSE 0 END AS offline,
        held.replication_factor
    FROM brokers_topic AS topic
    JOIN held ON held.topic_id = topic.id
    LEFT JOIN counted ON counted.topic_id = topic.id
)
INSERT INTO brokers_topicfigures (
    topic_id, tenant_id, at, records_in, bytes_in, bytes_out, stored_records, stored_bytes,
    partitions, under_replicated, offline, replication_factor,
    records_in_added, bytes_in_added, bytes_out_added
)
SELECT found.topic_id, found.tenant_id, %(at)s, found.records_in, found.bytes_in, found.bytes_out,
    found.stored_records, found.stored_bytes, found.partitions, found.under_replicated,
    found.offline, found.replication_factor,
    found.records_in - coalesce(before.records_in, 0),
    found.bytes_in - coalesce(before.bytes_in, 0),
    found.bytes_out - coalesce(before.bytes_out, 0)
FROM found LEFT JOIN brokers_topicfigures AS before ON before.topic_id = found.topic_id
WHERE before.topic_id IS NULL
    OR (before.records_in, before.bytes_in, before.bytes_out, before.stored_records,
        before.stored_bytes, before.partitions, before.under_replicated, before.offline,
        before.replication_factor)
    <> (found.records_in, found.bytes_in, found.bytes_out, found.stored_records,
        found.stored_bytes, found.partitions, found.under_replicated, found.offline,
        found.replication_factor)
ON CONFLICT (topic_id) DO UPDATE SET
    at = excluded.at,
    records_in = excluded.records_in, bytes_in = excluded.bytes_in, bytes_out = excluded.bytes_out,
    stored_records = excluded.stored_records, stored_bytes = excluded.stored_bytes,
    partitions = excluded.partitions, under_replicated = excluded.under_replicated,
    offline = excluded.offline, replication_factor = excluded.replication_factor,
    records_in_added = excluded.records_in_added, bytes_in_added = excluded.bytes_in_added,
    bytes_out_added = excluded.bytes_out_added
"""

# Added and not summed: a topic that is deleted for good takes nothing back.
_TENANTS: Final = """
WITH found AS (
    SELECT tenant.id AS tenant_id,
        coalesce(sum(topic.records_in_added) FILTER (WHERE topic.at = %(at)s), 0) AS records_in,
        coalesce(sum(topic.bytes_in_added) FILTER (WHERE topic.at = %(at)s), 0) AS bytes_in,
        coalesce(sum(topic.bytes_out_added) FILTER (WHERE topic.at = %(at)s), 0) AS bytes_out,
        coalesce(sum(topic.stored_records), 0) AS stored_records,
        coalesce(sum(topic.stored_bytes), 0) AS stored_bytes,
        coalesce(sum(topic.partitions), 0) AS partitions,
        coalesce(sum(topic.under_replicated), 0) AS under_replicated,
        coalesce(sum(topic.offline), 0) AS offline
    FROM tenants_tenant AS tenant
    JOIN brokers_topicfigures AS topic ON topic.tenant_id = tenant.id
    GROUP BY tenant.id
    UNION ALL
    SELECT gone.tenant_id, 0, 0, 0, 0, 0, 0, 0, 0 FROM brokers_tenantfigures AS gone
    WHERE NOT EXISTS
        (SELECT FROM brokers_topicfigures AS topic WHERE topic.tenant_id = gone.tenant_id)
)
INSERT INTO brokers_tenantfigures (
    tenant_id, at, records_in, bytes_in, bytes_out, stored_records, stored_bytes,
    partitions, under_replicated, offline, records_in_added, bytes_in_added, bytes_out_added
)
SELECT found.tenant_id, %(at)s,
    coalesce(before.records_in, 0) + found.records_in,
    coalesce(before.bytes_in, 0) + found.bytes_in,
    coalesce(before.bytes_out, 0) + found.bytes_out,
    found.stored_records, found.stored_bytes, found.partitions, found.under_replicated,
    found.offline, found.records_in, found.bytes_in, found.bytes_out
FROM found LEFT JOIN brokers_tenantfigures AS before ON before.tenant_id = found.tenant_id
WHERE before.tenant_id IS NULL
    OR (found.records_in, found.bytes_in, found.bytes_out) <> (0, 0, 0)
    OR (before.stored_records, before.stored_bytes, before.partitions, before.under_replicated,
        before.offline)
    <> (found.stored_records, found.stored_bytes, found.partitions, found.under_replicated,
        found.offline)
ON CONFLICT (tenant_id) DO UPDATE SET
    at = excluded.at,
    records_in = excluded.records_in, bytes_in = excluded.bytes_in, bytes_out = excluded.bytes_out,
    stored_records = excluded.stored_records, stored_bytes = excluded.stored_bytes,
    partitions = excluded.partitions, under_replicated = excluded.under_replicated,
    offline = excluded.offline,
    records_in_added = excluded.records_in_added, bytes_in_added = excluded.bytes_in_added,
    bytes_out_added = excluded.bytes_out_added
"""

_SUMS: Final = """at, records_in, bytes_in, bytes_out, stored_records, stored_bytes, partitions,
    under_replicated, offline"""

_POINTS: Final = (
    f"""
INSERT INTO brokers_topicpoint (tenant_id, topic_id, {_SUMS})
SELECT tenant_id, topic_id, {_SUMS} FROM brokers_topicfigures WHERE at = %(at)s
""",
    f"""
INSERT INTO brokers_tenantpoint (tenant_id, {_SUMS})
SELECT tenant_id, {_SUMS} FROM brokers_tenantfigures WHERE at = %(at)s
""",
)

# The hour and the day that a tick is in.
_SPANS: Final = """(VALUES
    ('hour', date_trunc('hour', %(at)s, 'UTC')), ('day', date_trunc('day', %(at)s, 'UTC'))
) AS span (step, start)"""

# Whatever adds to several tenants' rows locks them in this order. The two statements below that do
# so would not in one transaction, the second having tenants whose requests alone have risen.
_LOCK_USAGE: Final = f"""
SELECT FROM tenants_tenant AS tenant CROSS JOIN {_SPANS}
JOIN tenants_usage AS used ON used.tenant_id = tenant.id AND used.by = 'tenant'
    AND used.step = span.step AND used.start = span.start AND used.name = ''
ORDER BY used.tenant_id, used.step
FOR UPDATE OF used
"""

_USED: Final = """
INSERT INTO tenants_usage AS used (
    tenant_id, by, step, start, name, records_in, bytes_in, bytes_out, requests,
    stored_bytes_max, partitions_max
)
"""

_ADD: Final = """
ON CONFLICT (tenant_id, by, step, start, name) DO UPDATE SET
    records_in = used.records_in + excluded.records_in,
    bytes_in = used.bytes_in + excluded.bytes_in,
    bytes_out = used.bytes_out + excluded.bytes_out,
    requests = used.requests + excluded.requests,
    stored_bytes_max = greatest(used.stored_bytes_max, excluded.stored_bytes_max),
    partitions_max = greatest(used.partitions_max, excluded.partitions_max)
"""

_TENANT_USAGE: Final = f"""
{_USED}
SELECT known.tenant_id, 'tenant', span.step, span.start, '', known.records_in_added,
    known.bytes_in_added, known.bytes_out_added, 0, known.stored_bytes, known.partitions
FROM brokers_tenantfigures AS known CROSS JOIN {_SPANS}
WHERE known.at = %(at)s
ORDER BY known.tenant_id, span.step
{_ADD}
"""

# A name may be that of a topic that goes and of the one that took its place.
_TOPIC_USAGE: Final = f"""
{_USED}
SELECT known.tenant_id, 'topic', span.step, span.start, topic.name, sum(known.records_in_added),
    sum(known.bytes_in_added), sum(known.bytes_out_added), 0, sum(known.stored_bytes),
    sum(known.partitions)
FROM brokers_topicfigures AS known JOIN brokers_topic AS topic ON topic.id = known.topic_id
CROSS JOIN {_SPANS}
WHERE known.at = %(at)s
GROUP BY known.tenant_id, span.step, span.start, topic.name
{_ADD}
"""

# Of produce and fetch requests a topic has no series: whoever waits for records asks all the time,
# and an idle topic would have a point at each tick. So they rise without a change of ``at``.
_TOPIC_REQUESTS: Final = f"""
WITH counted AS (
    SELECT topic_id, sum(requests_before + requests) AS requests
    FROM brokers_replicafigures GROUP BY topic_id
), risen AS (
    UPDATE brokers_topicfigures AS known SET requests = counted.requests
    FROM counted JOIN brokers_topicfigures AS before ON before.topic_id = counted.topic_id
    WHERE known.topic_id = before.topic_id AND before.requests < counted.requests
    RETURNING known.tenant_id, known.topic_id, counted.requests - before.requests AS requests,
        known.stored_bytes, known.partitions
)
{_USED}
SELECT risen.tenant_id, 'topic', span.step, span.start, topic.name, 0, 0, 0, sum(risen.requests),
    sum(risen.stored_bytes), sum(risen.partitions)
FROM risen JOIN brokers_topic AS topic ON topic.id = risen.topic_id
CROSS JOIN {_SPANS}
GROUP BY risen.tenant_id, span.step, span.start, topic.name
{_ADD}
"""

# Storing is a use, too: one row a day at least. An hour in which nothing changed has none. What
# made the day's row may have known nothing of what is stored, as a connector's time.
_KEPT: Final = """
ON CONFLICT (tenant_id, by, step, start, name) DO UPDATE SET
    stored_bytes_max = greatest(used.stored_bytes_max, excluded.stored_bytes_max),
    partitions_max = greatest(used.partitions_max, excluded.partitions_max)
WHERE used.stored_bytes_max < excluded.stored_bytes_max
    OR used.partitions_max < excluded.partitions_max
"""

_AT_REST: Final = (
    f"""
{_USED}
SELECT known.tenant_id, 'tenant', 'day', date_trunc('day', %(at)s, 'UTC'), '', 0, 0, 0, 0,
    known.stored_bytes, known.partitions
FROM brokers_tenantfigures AS known WHERE known.partitions > 0
ORDER BY known.tenant_id
{_KEPT}
""",
    f"""
{_USED}
SELECT known.tenant_id, 'topic', 'day', date_trunc('day', %(at)s, 'UTC'), topic.name, 0, 0, 0, 0,
    sum(known.stored_bytes), sum(known.partitions)
FROM brokers_topicfigures AS known JOIN brokers_topic AS topic ON topic.id = known.topic_id
WHERE known.partitions > 0
GROUP BY known.tenant_id, topic.name
{_KEPT}
""",
)

# What rose since it was metered last, by principal, and their requests together as the tenant's.
# Tenants' rows come first, as wherever several of these rows are locked.
_PRINCIPALS: Final = f"""
WITH before AS (
    SELECT id, records_in_metered, bytes_in_metered, bytes_out_metered, requests_metered
    FROM brokers_principalfigures
    WHERE (records_in, bytes_in, bytes_out, requests)
        <> (records_in_metered, bytes_in_metered, bytes_out_metered, requests_metered)
    FOR UPDATE
), risen AS (
    UPDATE brokers_principalfigures AS known SET
        records_in_metered = known.records_in, bytes_in_metered = known.bytes_in,
        bytes_out_metered = known.bytes_out, requests_metered = known.requests
    FROM before WHERE before.id = known.id
    RETURNING known.tenant_id, known.principal,
        known.records_in - before.records_in_metered AS records_in,
        known.bytes_in - before.bytes_in_metered AS bytes_in,
        known.bytes_out - before.bytes_out_metered AS bytes_out,
        known.requests - before.requests_metered AS requests
), added AS (
    SELECT tenant_id, 'principal' AS by, principal AS name, sum(records_in) AS records_in,
        sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out, sum(requests) AS requests
    FROM risen GROUP BY tenant_id, principal
    UNION ALL
    SELECT tenant_id, 'tenant', '', 0, 0, 0, sum(requests) FROM risen GROUP BY tenant_id
)
{_USED}
SELECT added.tenant_id, added.by, span.step, span.start, added.name, added.records_in,
    added.bytes_in, added.bytes_out, added.requests, coalesce(kept.stored_bytes, 0),
    coalesce(kept.partitions, 0)
FROM added
LEFT JOIN brokers_tenantfigures AS kept
    ON added.by = 'tenant' AND kept.tenant_id = added.tenant_id
CROSS JOIN {_SPANS}
ORDER BY added.by DESC, added.tenant_id, added.name, span.step
{_ADD}
"""


def roll_up_figures(now: datetime) -> bool:
    """Make the tick that ``now``, the database's time, is in; whether there was none yet.

    Sums by topic and tenant, a point of each series that changed, and the usage of hour and day,
    all in one transaction: what came in since the tick before is counted in exactly one. Any number
    may try at once; a lock lets one of them work, and the others go.
    """
    tick = datetime.fromtimestamp(now.timestamp() // FINEST_S * FINEST_S, now.tzinfo)
    told = {"at": tick, "step_s": FINEST_S}
    with scope.system("roll up all brokers' figures"), connection.cursor() as cursor:
        limit_waits()
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() == (False,):
            return False
        cursor.execute(_TICK, told)
        if cursor.fetchone() is None:
            return False
        for statement in (
            *(_TOPICS, _TENANTS, *_POINTS),
            *(_LOCK_USAGE, _TENANT_USAGE, _TOPIC_USAGE, _TOPIC_REQUESTS, _PRINCIPALS),
            # In the first minute of each hour: often enough for a row a day.
            *(_AT_REST if tick.minute == 0 else ()),
        ):
            cursor.execute(statement, told)
    return True
