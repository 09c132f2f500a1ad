"""``topics``: create, list, describe, alter and delete, by the names of Kafka's own tool."""

from typing import Any

from django.core.management.base import CommandParser

from brokers.cli import refusals  # noqa: F401  (registers how a Refusal is told)
from brokers.cli.actors import operator_for
from brokers.cli.topic_documents import (
    partition_document,
    partitions_table,
    topic_document,
    topics_table,
)
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import TopicName
from brokers.metadata.config_operations import Operation
from brokers.models import Topic
from brokers.node.ports import ConfigOperation, NewTopic
from brokers.selectors.partition_sizes import partition_sizes
from brokers.selectors.replicas import partitions_by_topic
from brokers.selectors.topics import partitions_of, topic_id_of, topic_named, topics_of
from brokers.services.alter_topic_configs import alter_topic_configs
from brokers.services.create_partitions import create_partitions
from brokers.services.create_topic import create_topic
from brokers.services.delete_topic import delete_topic
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, name_and_value, positive
from tenants.cli.command import HeadwaterCommand
from tenants.cli.confirmation import confirm
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant
from tenants.models import Tenant

ACTIONS = {
    "create": "make a topic",
    "list": "all topics of the tenant",
    "describe": "topics and their partitions",
    "alter": "raise the partition count, change configs",
    "delete": "delete a topic and its records; asks first",
}


class Command(HeadwaterCommand):
    """The verbs are ``brokers.services``; here is only what a command line adds."""

    help = "Create, list, describe, alter and delete topics."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(parser, ACTIONS)
        add_tenant_option(parser)
        parser.add_argument("--topic", "-t", help="topic name")
        parser.add_argument("--partitions", type=argument(positive), metavar="N")
        parser.add_argument(
            "--replication-factor",
            type=int,
            default=-1,
            metavar="N",
            help="copies of each partition (default: 3, or 1 with fewer than three brokers)",
        )
        parser.add_argument(
            "--config", action="append", default=[], type=argument(name_and_value),
            metavar="NAME=VALUE", help="set a topic config; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--delete-config", action="append", default=[], metavar="NAME",
            help="--alter: back to the default; may be repeated",
        )  # fmt: skip
        parser.add_argument("--if-exists", action="store_true", help="absent is no failure")
        parser.add_argument("--if-not-exists", action="store_true", help="present is no failure")
        parser.add_argument("--yes", action="store_true", help="--delete: do not ask")
        parser.add_argument("--dry-run", action="store_true", help="--delete: only show")

    def answer(self, options: dict[str, Any]) -> Answer:
        tenant = chosen_tenant(options["tenant"])
        match options["action"]:
            case "create":
                return _create(tenant, options)
            case "list":
                return _list(tenant)
            case "describe":
                return _describe(tenant, options["topic"])
            case "alter":
                return _alter(tenant, options)
            case _:
                return _delete(tenant, options)


def _create(tenant: Tenant, options: dict[str, Any]) -> Answer:
    name = required(options, "topic")
    wanted = NewTopic(
        name=TopicName(name),
        partition_count=options["partitions"] or -1,
        replication_factor=options["replication_factor"],
        configs=dict(options["config"]),
    )
    created = True
    try:
        create_topic(actor=operator_for(tenant), topic=wanted)
    except Refusal as refusal:
        if not (options["if_not_exists"] and refusal.code is ErrorCode.TOPIC_ALREADY_EXISTS):
            raise
        created = False
    document = _document(tenant, name)
    text = f"topic {name}: {document['partition_count']} partitions"
    return Answer(document | {"created": created}, (text if created else f"{text}, as before",))


def _list(tenant: Tenant) -> Answer:
    partitions = partitions_by_topic(tenant.id)
    documents = [topic_document(topic, partitions[topic.id]) for topic in topics_of(tenant.id)]
    return Answer({"tenant": tenant.name, "topics": documents}, (topics_table(documents),))


def _describe(tenant: Tenant, name: str | None) -> Answer:
    topics = topics_of(tenant.id) if name is None else [_topic(tenant, name)]
    partitions = partitions_by_topic(tenant.id)
    documents: list[dict[str, Any]] = []
    tables: list[Table | str] = []
    sizes = partition_sizes(tenant.id, (row for topic in topics for row in partitions[topic.id]))
    for topic in topics:
        described = [
            partition_document(each, sizes[topic.id, each.index]) for each in partitions[topic.id]
        ]
        document = topic_document(topic, partitions[topic.id])
        tables += [topics_table([document]), partitions_table(topic.name, described)]
        documents.append(document | {"partitions": described})
    return Answer({"tenant": tenant.name, "topics": documents}, tuple(tables))


def _alter(tenant: Tenant, options: dict[str, Any]) -> Answer:
    name = TopicName(required(options, "topic"))
    steps = [ConfigOperation(each, Operation.SET, value) for each, value in options["config"]]
    steps += [ConfigOperation(each, Operation.DELETE, None) for each in options["delete_config"]]
    if not steps and options["partitions"] is None:
        raise UsageProblem("--alter needs --partitions, --config or --delete-config.")
    if options["if_exists"] and topic_named(tenant.id, name) is None:
        return Answer({"topic": name, "altered": False}, (f"there is no topic {name}",))
    # First only asked, so that what is refused leaves the other as it was. Not one transaction: a
    # verb ends with the counter of changes, and may lock nothing more after it.
    for validate_only in (True, False):
        if options["partitions"] is not None:
            create_partitions(
                actor=operator_for(tenant), name=name, count=options["partitions"],
                validate_only=validate_only,
            )  # fmt: skip
        if steps:
            alter_topic_configs(
                actor=operator_for(tenant), name=name, operations=steps, validate_only=validate_only
            )
    document = _document(tenant, name)
    return Answer(document, (topics_table([document]),))


def _delete(tenant: Tenant, options: dict[str, Any]) -> Answer:
    name = required(options, "topic")
    topic = topic_named(tenant.id, name)
    if topic is None and options["if_exists"]:
        return Answer({"topic": name, "deleted": False}, (f"there is no topic {name}",))
    topic = topic or _topic(tenant, name)
    document = {
        "topic": topic.name,
        "topic_id": str(topic.id),
        "partition_count": topic.partition_count,
    }
    what = f"topic {name} of tenant {tenant.name} with {topic.partition_count} partitions"
    if options["dry_run"]:
        text = f"would delete {what}, and all its records"
        return Answer(document | {"deleted": False}, (text,))
    confirm(options, f"deletes {what}, and all its records", name)
    delete_topic(actor=operator_for(tenant), topic_id=topic_id_of(topic))
    return Answer(document | {"deleted": True}, (f"deleted {what}",))


def _topic(tenant: Tenant, name: str) -> Topic:
    topic = topic_named(tenant.id, name)
    if topic is None:
        raise Refusal(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            f"tenant {tenant.name} has no topic {name}; `topics --list` names those it has",
        )
    return topic


def _document(tenant: Tenant, name: str) -> dict[str, Any]:
    return topic_document(_topic(tenant, name), partitions_of(tenant.id, name))
