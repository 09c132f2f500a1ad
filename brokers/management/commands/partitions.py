"""``partitions``: who leads, who is in sync, what is at risk; and elections by hand."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from brokers.cli import refusals  # noqa: F401  (registers how a Refusal is told)
from brokers.cli.actors import operator_for
from brokers.kernel.ids import BrokerId, PartitionIndex, TenantId, TopicName
from brokers.metadata.records import PartitionRecord
from brokers.selectors.partitions import PartitionState, partition_states
from brokers.selectors.replica_lags import ReplicaLags, replica_lags
from brokers.services.elect_leaders import elect_leaders
from brokers.services.elect_uncleanly import elect_uncleanly
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, not_negative
from tenants.cli.command import HeadwaterCommand
from tenants.cli.confirmation import confirm
from tenants.cli.failures import UsageProblem
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import Tenant
from tenants.selectors.tenants import list_tenants, tenant_by_name

FILTERS: dict[str, tuple[str, Callable[[PartitionState], bool]]] = {
    "under_replicated_partitions": (
        "only those with a replica out of sync", lambda each: each.is_under_replicated,
    ),
    "under_min_isr_partitions": (
        "only those that commit nothing", lambda each: each.is_under_minimum,
    ),
    "at_min_isr_partitions": (
        "only those that the next loss stops", lambda each: each.is_at_minimum,
    ),
    "unavailable_partitions": ("only those without a leader", lambda each: each.is_unavailable),
    "moving_partitions": ("only those that are being reassigned", lambda each: each.is_moving),
}  # fmt: skip

COLUMNS = (
    "TENANT", "TOPIC", "PARTITION", "LEADER", "LEADER EPOCH", "PARTITION EPOCH", "REPLICAS", "ISR",
    "ELR", "ADDING", "REMOVING", "MIN ISR", "LAG",
)  # fmt: skip


class Command(HeadwaterCommand):
    """Reads the metadata store. How far followers are behind their leaders say with heartbeats."""

    help = "Partitions with their leaders and in-sync replicas; elections by hand."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="NAME", help="tenant (default: all)")
        parser.add_argument("--topic", "-t", help="topic name")
        parser.add_argument("--partition", type=argument(not_negative), metavar="N")
        one = parser.add_mutually_exclusive_group()
        for name, (explanation, _) in FILTERS.items():
            flag = "--" + name.replace("_", "-")
            one.add_argument(flag, dest="only", action="store_const", const=name, help=explanation)
        one.add_argument(
            "--elect-preferred", dest="elect", action="store_const", const="preferred",
            help="have the first replica lead where another does",
        )  # fmt: skip
        one.add_argument(
            "--elect-unclean", dest="elect", action="store_const", const="unclean",
            help="have --broker lead with what it has: ACKNOWLEDGED RECORDS MAY BE LOST",
        )  # fmt: skip
        parser.add_argument("--broker", type=argument(not_negative), metavar="N")
        parser.add_argument("--yes", action="store_true", help="--elect-unclean: do not ask")
        parser.add_argument("--watch", action="store_true", help="the list, again as it changes")

    def answer(self, options: dict[str, Any]) -> Answer | None:
        if options["watch"] and options["elect"]:
            raise UsageProblem(f"--watch does not go with --elect-{options['elect']}.")
        if options["elect"] == "preferred":
            return _elect_preferred(options)
        if options["elect"] == "unclean":
            return _elect_unclean(options)
        return self.shown(lambda: _list(options), options)


def _list(options: dict[str, Any]) -> Answer:
    name = options["tenant"]
    tenant_id = None if name is None else tenant_by_name(name).id
    is_wanted = FILTERS[options["only"]][1] if options["only"] else lambda _: True
    index, lags = options["partition"], replica_lags()
    documents = [
        _document(each, lags)
        for each in partition_states(tenant_id, options["topic"])
        if is_wanted(each) and index in (None, each.record.index)
    ]
    rows = tuple(
        tuple((document | {"lag": _shown(document["lag"])}).values()) for document in documents
    )
    return Answer({"partitions": documents}, (Table(COLUMNS, rows),))


def _shown(lags: list[dict[str, Any]]) -> str:
    """``2:0 3:1500/4.2s 4:?``: each follower's records, and since when where it is behind."""
    cells = []
    for each in lags:
        cell = "?" if each["records"] is None else str(each["records"])
        since = f"/{each['behind_ms'] / 1000:.1f}s" if each["behind_ms"] else ""
        cells.append(f"{each['replica']}:{cell}{since}")
    return " ".join(cells)


def _document(state: PartitionState, lags: ReplicaLags) -> dict[str, Any]:
    record = state.record
    return {
        "tenant": state.tenant,
        "topic": state.topic,
        "partition": record.index,
        "leader": record.leader,
        "leader_epoch": record.leader_epoch,
        "partition_epoch": record.partition_epoch,
        "replicas": list(record.replicas),
        "isr": list(record.isr),
        "eligible_leaders": list(record.eligible_leaders),
        "adding": list(record.adding),
        "removing": list(record.removing),
        "min_isr": state.minimum,
        "lag": [_lag(record, each, lags) for each in record.replicas if each != record.leader],
    }


def _lag(record: PartitionRecord, replica: BrokerId, lags: ReplicaLags) -> dict[str, Any]:
    """Nulls where nobody knows."""
    lag = lags.of(record, replica)
    return {
        "replica": replica,
        "records": None if lag is None else lag.records,
        "behind_ms": None if lag is None else lag.behind_ms,
    }


def _elect_preferred(options: dict[str, Any]) -> Answer:
    """Of all tenants where none is named; a topic is one tenant's."""
    if options["topic"] is None and options["partition"] is not None:
        raise UsageProblem("--partition needs --topic.")
    if options["topic"] is not None or options["tenant"] is not None:
        tenants = [chosen_tenant(options["tenant"])]
    else:
        tenants = list_tenants()
    documents = [each for tenant in tenants for each in _elected(tenant, options)]
    rows = tuple(tuple(document.values()) for document in documents)
    columns = ("TENANT", "TOPIC", "PARTITION", "ELECTED", "REASON")
    return Answer({"partitions": documents}, (Table(columns, rows),))


def _elected(tenant: Tenant, options: dict[str, Any]) -> list[dict[str, Any]]:
    named = None
    if options["topic"] is not None:
        states = partition_states(tenant.id, options["topic"])
        indexes = [each.record.index for each in states]
        if options["partition"] is not None:
            indexes = [PartitionIndex(options["partition"])]
        named = [(TopicName(options["topic"]), index) for index in indexes]
    return [
        {
            "tenant": tenant.name,
            "topic": topic,
            "partition": index,
            "elected": refused is None,
            "error": None if refused is None else refused.code.name,
        }
        for topic, index, refused in elect_leaders(actor=operator_for(tenant), partitions=named)
    ]


def _elect_unclean(options: dict[str, Any]) -> Answer:
    for name in ("topic", "partition", "broker"):
        if options[name] is None:
            raise UsageProblem(f"--elect-unclean needs --{name}.")
    tenant = chosen_tenant(options["tenant"])
    shown = f"{options['topic']}/{options['partition']}"
    confirm(
        options,
        f"makes broker {options['broker']} the leader of {shown} of tenant {tenant.name} with "
        "whatever it has; acknowledged records that it lacks are lost for good",
        options["topic"],
    )
    record = elect_uncleanly(
        tenant_id=TenantId(str(tenant.id)),
        topic=TopicName(options["topic"]),
        index=PartitionIndex(options["partition"]),
        broker=BrokerId(options["broker"]),
        by=operator(),
    )
    document = {
        "tenant": tenant.name,
        "topic": options["topic"],
        "partition": record.index,
        "leader": record.leader,
        "leader_epoch": record.leader_epoch,
        "records_may_be_lost": True,
    }
    text = f"{shown}: broker {record.leader} leads; acknowledged records may be lost"
    return Answer(document, (text,))
