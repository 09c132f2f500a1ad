"""``usage``: what a tenant used, day by day."""

from typing import Any

from django.core.management.base import CommandParser

from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, positive
from tenants.cli.command import HeadwaterCommand
from tenants.cli.options import add_tenant_option
from tenants.cli.tenant_choice import chosen_tenant
from tenants.models import TenantUsage
from tenants.selectors.usage import DAYS_MAX, usage_of

COLUMNS = (
    "DAY", "BYTES IN", "BYTES OUT", "RECORDS IN", "STORED BYTES (MAX)", "PARTITIONS (MAX)",
)  # fmt: skip


class Command(HeadwaterCommand):
    """The same numbers as ``GET /api/v1/tenants/T/usage``."""

    help = "What a tenant produced, consumed and stored, by day (UTC)."

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser)
        parser.add_argument(
            "--days",
            type=argument(positive),
            default=30,
            metavar="N",
            help="so many days, today included (default: 30)",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        tenant = chosen_tenant(options["tenant"])
        days = [
            _document(each) for each in usage_of(tenant.id, days=min(options["days"], DAYS_MAX))
        ]
        rows = tuple(tuple(each.values()) for each in days)
        return Answer({"tenant": tenant.name, "days": days}, (Table(COLUMNS, rows),))


def _document(used: TenantUsage) -> dict[str, Any]:
    return {
        "day": used.day.isoformat(),
        "bytes_in": used.bytes_in,
        "bytes_out": used.bytes_out,
        "records_in": used.records_in,
        "stored_bytes_max": used.stored_bytes_max,
        "partitions_max": used.partitions_max,
    }
