"""``usage``: what was used, by day or hour, by tenant, principal or topic."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.management.base import CommandParser

from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, positive
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.moments import parse_moment
from tenants.cli.options import add_tenant_option
from tenants.cli.tenant_choice import chosen_tenant
from tenants.models import Tenant, Usage, UsageBy, UsageStep
from tenants.selectors.usage import DAYS_MAX, TooMuchUsage, usage_by
from tenants.usage_export import csv_rows, document

COLUMNS: Final = (
    "AT", "NAME", "BYTES IN", "BYTES OUT", "RECORDS IN", "REQUESTS", "STORED BYTES (MAX)",
    "PARTITIONS (MAX)", "CONNECTOR TASK SECONDS",
)  # fmt: skip
HOURS_DEFAULT: Final = timedelta(days=1)


class Command(HeadwaterCommand):
    """The same numbers as ``GET /api/v1/tenants/T/usage``."""

    help = "What a tenant produced, consumed and stored, by day or hour (UTC)."

    def add_options(self, parser: CommandParser) -> None:
        add_tenant_option(parser)
        parser.add_argument(
            "--by", choices=[each.value for each in UsageBy], default=UsageBy.TENANT.value
        )
        parser.add_argument(
            "--step", choices=[each.value for each in UsageStep], default=UsageStep.DAY.value
        )
        parser.add_argument(
            "--days", type=argument(positive), metavar="N",
            help="so many days, today included (default: 30, or a day of hours)",
        )  # fmt: skip
        parser.add_argument("--since", type=argument(parse_moment), metavar="TIME")
        parser.add_argument("--until", type=argument(parse_moment), metavar="TIME")
        parser.add_argument("--csv", action="store_true", help="as a table for other programs")

    def answer(self, options: dict[str, Any]) -> Answer | None:
        tenant = chosen_tenant(options["tenant"])
        found = _asked(tenant, options)
        if options["csv"]:
            for row in csv_rows(found):
                self.stdout.write(row, ending="")
            return None
        usage = [document(each) for each in found]
        rows = tuple(tuple(each.values()) for each in usage)
        said = {"tenant": tenant.name, "by": options["by"], "step": options["step"]}
        return Answer({**said, "usage": usage, **_days(options, found)}, (Table(COLUMNS, rows),))


def _asked(tenant: Tenant, options: dict[str, Any]) -> list[Usage]:
    by, step = UsageBy(options["by"]), UsageStep(options["step"])
    since = options["since"]
    if since is not None and options["days"] is not None:
        raise UsageProblem("--days and --since both say where to begin; give one of them.")
    if since is None:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if step is UsageStep.HOUR and options["days"] is None:
            since = datetime.now(UTC) - HOURS_DEFAULT
        else:
            since = midnight - timedelta(days=min(options["days"] or 30, DAYS_MAX) - 1)
    try:
        return usage_by(tenant.id, by, step, since, options["until"])
    except TooMuchUsage as error:
        raise UsageProblem(f"{error}.") from error


def _days(options: dict[str, Any], found: list[Usage]) -> dict[str, Any]:
    """What scripts had before there were hours, principals and topics."""
    if (options["by"], options["step"]) != (UsageBy.TENANT, UsageStep.DAY):
        return {}
    names = ("bytes_in", "bytes_out", "records_in", "stored_bytes_max", "partitions_max")
    return {
        "days": [
            {
                "day": each.start.astimezone(UTC).date().isoformat(),
                **{name: getattr(each, name) for name in names},
            }
            for each in found
        ]
    }
