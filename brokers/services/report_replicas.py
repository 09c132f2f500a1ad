from brokers.models import ReplicaReportRow
from brokers.node.ports import ReplicaReport
from brokers.reports import registration_to_json
from brokers.services.control_state import share_control_state
from tenants import scope
from tenants.transactions import limit_waits


def report_replicas(report: ReplicaReport) -> bool:
    """Put away what a broker remembers, to rebuild from; False when the cell is not halted.

    A broker that started more than once in a halt is clean only if each of its reports was.
    """
    with scope.system("a broker reports what it remembers"):
        limit_waits()
        if share_control_state().halted_at is None:
            return False
        broker_id = report.registration.id
        before = ReplicaReportRow.objects.filter(id=broker_id).first()
        if before is not None and before.incarnation > report.incarnation:
            return False
        ReplicaReportRow.objects.update_or_create(
            id=broker_id,
            defaults={
                "incarnation": report.incarnation,
                "is_clean": report.is_clean and (before is None or before.is_clean),
                "registration": registration_to_json(report.registration),
                "partitions": [record.to_json() for record in report.partitions],
                "topics": [topic.to_json() for topic in report.topics],
            },
        )
    return True
