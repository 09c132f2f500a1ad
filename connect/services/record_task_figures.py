import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from connect.models import Connector
from connect.services.task_rows import lock_connectors_of
from tenants import scope
from tenants.transactions import limit_waits


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """``metrics`` is what the process counted last; ``topics`` what it has read or written since it
    was asked last; ``ran_s`` for how many whole seconds it has run since."""

    task_id: UUID
    generation: int
    metrics: Mapping[str, Any]
    topics: frozenset[str]
    ran_s: int


_METRICS: Final = """
UPDATE connect_connectortask AS task SET metrics = found.metrics, updated_at = now()
FROM jsonb_to_recordset(%s::jsonb) AS found (id uuid, generation bigint, metrics jsonb)
WHERE task.id = found.id AND task.generation = found.generation
RETURNING task.id, task.connector_id
"""

# In the hour and the day that it is, the tenant's and the connector's account's; the rows are those
# that brokers roll up into, tenants' first as there.
_USAGE: Final = """
INSERT INTO tenants_usage AS used (
    tenant_id, by, step, start, name, records_in, bytes_in, bytes_out, requests, stored_bytes_max,
    partitions_max, connector_task_seconds
)
SELECT task.tenant_id, whose.by, span.step, span.start, whose.name, 0, 0, 0, 0, 0, 0,
    sum(found.ran_s)
FROM jsonb_to_recordset(%s::jsonb) AS found (id uuid, ran_s bigint)
JOIN connect_connectortask AS task ON task.id = found.id
JOIN connect_connector AS connector ON connector.id = task.connector_id
JOIN tenants_serviceaccount AS account ON account.id = connector.service_account_id
CROSS JOIN LATERAL (VALUES
    ('tenant', ''), ('principal', 'User:' || account.name)
) AS whose (by, name)
CROSS JOIN (VALUES
    ('hour', date_trunc('hour', now(), 'UTC')), ('day', date_trunc('day', now(), 'UTC'))
) AS span (step, start)
GROUP BY task.tenant_id, whose.by, whose.name, span.step, span.start
ORDER BY whose.by DESC, task.tenant_id, whose.name, span.step
ON CONFLICT (tenant_id, by, step, start, name) DO UPDATE SET
    connector_task_seconds = used.connector_task_seconds + excluded.connector_task_seconds
"""


def record_task_figures(figures: Sequence[TaskFigures]) -> None:
    """Write down what tasks counted and for how long they ran, all of a worker at once.

    There is no audit entry: nothing is decided by it. What is said of a generation that is not the
    latest is left out, but that it ran.
    """
    with scope.system("what connectors' tasks counted"):
        limit_waits()
        lock_connectors_of([each.task_id for each in figures if each.topics])
        with connection.cursor() as cursor:
            ordered = sorted(figures, key=lambda each: each.task_id)
            cursor.execute(_METRICS, [json.dumps([_counted(each) for each in ordered])])
            connectors = dict(cursor.fetchall())
            ran = [{"id": str(each.task_id), "ran_s": each.ran_s} for each in ordered]
            cursor.execute(_USAGE, [json.dumps(ran)])
        for each in ordered:
            if each.topics and each.task_id in connectors:
                _add_topics(connectors[each.task_id], each.topics)


def _counted(each: TaskFigures) -> dict[str, Any]:
    metrics = dict(each.metrics)
    return {"id": str(each.task_id), "generation": each.generation, "metrics": metrics}


def _add_topics(connector_id: UUID, topics: frozenset[str]) -> None:
    connector = Connector.objects.select_for_update(of=("self",)).get(id=connector_id)
    connector.topics = sorted({*connector.topics, *topics})
    connector.save(update_fields=["topics"])
