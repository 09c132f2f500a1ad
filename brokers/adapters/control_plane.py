"""The node's verbs over the services."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID

from brokers.adapters.database_calls import DatabaseCalls
from brokers.adapters.verifier_keys import VerifierKeys
from brokers.authorization.acl import AclBinding, AclFilter
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import (
    BrokerId,
    Incarnation,
    PartitionIndex,
    ProducerId,
    TopicId,
    TopicName,
)
from brokers.metadata.records import PartitionRecord
from brokers.metadata.recovery import NOTHING_SEEN, Seen
from brokers.node.ports import (
    NOTHING_TO_REPORT,
    Actor,
    BrokerRegistration,
    ConfigOperation,
    GivenUp,
    IsrChange,
    KeyUse,
    NewTopic,
    PartitionAssignment,
    Refused,
    ReplicaReport,
    Report,
    ScramAlteration,
    Standing,
    TopicCreated,
    Upkeep,
)
from brokers.selectors import brokers as broker_selectors
from brokers.services import (
    alter_isrs,
    alter_topic_configs,
    continue_drains,
    create_partitions,
    create_topic,
    delete_topic,
    edit_acls,
    elect_leaders,
    ensure_coordinator_topic,
    ensure_system_topics,
    fence_broker,
    give_up_replicas,
    halt_cell,
    heartbeat,
    mend_partitions,
    reassign_partitions,
    register_broker,
    replace_topic_configs,
    report_replicas,
    reserve_producer_ids,
    stop_broker,
    widen_coordinator_topics,
)
from brokers.services.control_state import Halted
from tenants.errors import Conflict, Invalid, NotFound, Unavailable
from tenants.services import note_key_uses
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas
from tenants.services.alter_scram_users import ScramChange, alter_scram_users

T = TypeVar("T")

_SCRAM_CODES: Final = {
    NotFound.code: ErrorCode.RESOURCE_NOT_FOUND,
    Invalid.code: ErrorCode.UNACCEPTABLE_CREDENTIAL,
    Conflict.code: ErrorCode.POLICY_VIOLATION,
}

LIFE_SECONDS: Final = 2.0
"""Heartbeats and the like: the next one comes soon anyway."""

FENCE_SECONDS: Final = 5.0
"""Fencing moves the leadership of all that a broker led; the next attempt would not be quicker."""

VERB_SECONDS: Final = 10.0
"""Administration; a client's own time-out may end it sooner."""

REGISTRATION_SECONDS: Final = 30.0
"""A broker that leads tens of thousands of partitions publishes each of them anew."""


class DjangoControlPlane:
    """``ControlPlane`` for ``broker_id``.

    Heartbeats, fencing and in-sync sets have threads and connections of their own: neither waits
    behind another kind, nor any of them behind administration. Each heartbeat reads ``keys`` anew
    and tells which there are.
    """

    def __init__(self, broker_id: BrokerId, keys: VerifierKeys) -> None:
        self._broker_id = broker_id
        self._keys = keys
        self._seen = NOTHING_SEEN
        name = f"broker-{broker_id}"
        self._life = DatabaseCalls(1, f"{name}-life", self._greet)
        self._fencing = DatabaseCalls(1, f"{name}-fencing", self._greet)
        self._replication = DatabaseCalls(2, f"{name}-replication", self._greet)
        self._verbs = DatabaseCalls(3, f"{name}-verbs", self._greet)

    def close(self) -> None:
        for calls in (self._life, self._fencing, self._replication, self._verbs):
            calls.close()

    def _greet(self) -> None:
        """First on each connection: a database that was restored meanwhile broke the one before,
        and must not decide anything as if nothing had been."""
        halt_cell.halt_cell_if_behind(self._broker_id, self._seen)

    async def register_broker(self, registration: BrokerRegistration) -> Incarnation:
        self._seen = registration.seen
        return await self._verbs.call(REGISTRATION_SECONDS, self._register, registration)

    async def heartbeat(
        self,
        broker_id: BrokerId,
        incarnation: Incarnation,
        report: Report = NOTHING_TO_REPORT,
        seen: Seen = NOTHING_SEEN,
    ) -> Standing:
        self._seen = seen
        return await self._life.call(
            LIFE_SECONDS, self._heartbeat, broker_id, incarnation, report, seen
        )

    def _register(self, registration: BrokerRegistration) -> Incarnation:
        self._keys.refresh()
        incarnation = register_broker.register_broker(registration)
        # In a halt: the topics are there, or are made when it starts next.
        with contextlib.suppress(Halted):
            ensure_system_topics.ensure_system_topics(registration.id)
        return incarnation

    def _heartbeat(
        self, broker_id: BrokerId, incarnation: Incarnation, report: Report, seen: Seen
    ) -> Standing:
        opens = self._keys.refresh()
        return heartbeat.heartbeat(broker_id, incarnation, report, seen, opens)

    async def halt(self, broker_id: BrokerId, generation: int, reason: str) -> None:
        await self._fencing.call(
            FENCE_SECONDS,
            halt_cell.halt_cell,
            by=f"broker:{broker_id}",
            generation=generation,
            reason=f"broker {broker_id}: {reason}",
        )

    async def report_replicas(self, report: ReplicaReport) -> None:
        await self._verbs.call(REGISTRATION_SECONDS, report_replicas.report_replicas, report)

    async def stop_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> None:
        await self._fencing.call(FENCE_SECONDS, stop_broker.stop_broker, broker_id, incarnation)

    async def broker_heartbeats(self) -> dict[BrokerId, tuple[Incarnation, int]]:
        return await self._life.call(LIFE_SECONDS, broker_selectors.broker_heartbeats)

    async def fence_broker(self, broker_id: BrokerId, incarnation: Incarnation) -> bool:
        return await self._fencing.call(
            FENCE_SECONDS, fence_broker.fence_broker, broker_id, incarnation, by="controller"
        )

    async def alter_isrs(
        self, broker_id: BrokerId, incarnation: Incarnation, changes: Sequence[IsrChange]
    ) -> list[PartitionRecord | Refused]:
        return await self._replication.call(
            LIFE_SECONDS, alter_isrs.alter_isrs, broker_id, incarnation, changes
        )

    async def give_up_replicas(
        self,
        broker_id: BrokerId,
        incarnation: Incarnation,
        replicas: Sequence[GivenUp],
    ) -> list[Refused | None]:
        return await self._replication.call(
            FENCE_SECONDS, give_up_replicas.give_up_replicas, broker_id, incarnation, replicas
        )

    async def mend_partitions(self, *, rebalance: bool) -> Upkeep:
        return await self._replication.call(FENCE_SECONDS, _controller_round, rebalance=rebalance)

    async def reserve_producer_ids(self, count: int) -> ProducerId:
        return await self._verbs.call(
            LIFE_SECONDS, reserve_producer_ids.reserve_producer_ids, count
        )

    async def ensure_coordinator_topic(self, name: TopicName) -> None:
        await self._verbs.call(
            VERB_SECONDS, ensure_coordinator_topic.ensure_coordinator_topic, name
        )

    async def create_topics(
        self, actor: Actor, topics: Sequence[NewTopic], validate_only: bool
    ) -> list[TopicCreated | Refused]:
        return await self._verbs.call(VERB_SECONDS, _create_topics, actor, topics, validate_only)

    async def delete_topics(
        self, actor: Actor, topic_ids: Sequence[TopicId]
    ) -> list[Refused | None]:
        return await self._verbs.call(VERB_SECONDS, _delete_topics, actor, topic_ids)

    async def create_partitions(
        self,
        actor: Actor,
        name: TopicName,
        count: int,
        validate_only: bool,
        assignments: Sequence[Sequence[BrokerId]] | None = None,
    ) -> None:
        await self._verbs.call(
            VERB_SECONDS,
            create_partitions.create_partitions,
            actor=actor,
            name=name,
            count=count,
            assignments=assignments,
            validate_only=validate_only,
        )

    async def alter_topic_configs(
        self,
        actor: Actor,
        name: TopicName,
        operations: Sequence[ConfigOperation],
        validate_only: bool,
    ) -> None:
        await self._verbs.call(
            VERB_SECONDS,
            alter_topic_configs.alter_topic_configs,
            actor=actor,
            name=name,
            operations=operations,
            validate_only=validate_only,
        )

    async def replace_topic_configs(
        self,
        actor: Actor,
        name: TopicName,
        configs: Mapping[str, str | None],
        validate_only: bool,
    ) -> None:
        await self._verbs.call(
            VERB_SECONDS,
            replace_topic_configs.replace_topic_configs,
            actor=actor,
            name=name,
            configs=configs,
            validate_only=validate_only,
        )

    async def alter_client_quotas(
        self,
        actor: Actor,
        entity: Mapping[str, str | None],
        values: Mapping[str, float | None],
        validate_only: bool,
    ) -> None:
        await self._verbs.call(
            VERB_SECONDS, _alter_client_quotas, actor, entity, values, validate_only
        )

    async def elect_leaders(
        self,
        actor: Actor,
        partitions: Sequence[tuple[TopicName, PartitionIndex]] | None,
    ) -> list[tuple[TopicName, PartitionIndex, Refused | None]]:
        return await self._verbs.call(
            VERB_SECONDS, elect_leaders.elect_leaders, actor=actor, partitions=partitions
        )

    async def reassign_partitions(
        self, actor: Actor, assignments: Sequence[PartitionAssignment]
    ) -> list[Refused | None]:
        return await self._verbs.call(
            VERB_SECONDS,
            reassign_partitions.reassign_partitions,
            actor=actor,
            assignments=assignments,
        )

    async def note_key_uses(self, uses: Sequence[KeyUse]) -> None:
        await self._verbs.call(VERB_SECONDS, _note_key_uses, uses)

    async def alter_scram_users(
        self, actor: Actor, alterations: Sequence[ScramAlteration]
    ) -> list[Refused | None]:
        return await self._verbs.call(VERB_SECONDS, _alter_scram_users, actor, alterations)

    async def create_acls(
        self, actor: Actor, bindings: Sequence[AclBinding]
    ) -> list[Refused | None]:
        return await self._verbs.call(
            VERB_SECONDS, edit_acls.create_bindings, actor=actor, bindings=bindings
        )

    async def delete_acls(
        self, actor: Actor, filters: Sequence[AclFilter]
    ) -> list[list[AclBinding]]:
        return await self._verbs.call(VERB_SECONDS, _delete_bindings, actor=actor, filters=filters)


def _delete_bindings(*, actor: Actor, filters: Sequence[AclFilter]) -> list[list[AclBinding]]:
    try:
        return edit_acls.delete_bindings(actor=actor, filters=filters)
    except (Conflict, NotFound) as gone:
        raise _not_kept(gone) from gone


def _not_kept(gone: Conflict | NotFound) -> Refusal:
    """What a client hears whose tenant has begun to be deleted, and that is about to be cut off; as
    topics' verbs have it."""
    return Refusal(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, gone.message)


def _alter_scram_users(
    actor: Actor, alterations: Sequence[ScramAlteration]
) -> list[Refused | None]:
    wanted = [
        ScramChange(
            each.name,
            {
                f"scram_{hash_name[:3]}_{hash_name[3:]}": kept and kept.to_json()
                for hash_name, kept in each.verifiers.items()
            },
        )
        for each in alterations
    ]
    tenant_id = UUID(actor.tenant_id)
    try:
        outcomes = alter_scram_users(tenant_id=tenant_id, by=actor.principal, wanted=wanted)
    except Unavailable as keyless:
        raise Refusal(ErrorCode.BROKER_NOT_AVAILABLE, keyless.message) from keyless
    except (Conflict, NotFound) as gone:
        raise _not_kept(gone) from gone
    return [error and Refused(_SCRAM_CODES[error.code], error.message) for error in outcomes]


def _note_key_uses(uses: Sequence[KeyUse]) -> None:
    note_key_uses.note_key_uses(
        [
            note_key_uses.KeyUse(
                use.key_id, datetime.fromtimestamp(use.at_ms / 1000, UTC), use.address
            )
            for use in uses
        ]
    )


def _alter_client_quotas(
    actor: Actor,
    entity: Mapping[str, str | None],
    values: Mapping[str, float | None],
    validate_only: bool,
) -> None:
    try:
        alter_client_quotas(
            tenant_id=UUID(actor.tenant_id),
            by=actor.principal,
            alterations=[Alteration(entity, values)],
            validate_only=validate_only,
        )
    except Invalid as invalid:
        raise Refusal(ErrorCode.INVALID_REQUEST, invalid.message) from invalid
    except (Conflict, NotFound) as gone:
        raise _not_kept(gone) from gone


def _create_topics(
    actor: Actor, topics: Sequence[NewTopic], validate_only: bool
) -> list[TopicCreated | Refused]:
    return [
        _refused_or(
            lambda topic=topic: create_topic.create_topic(
                actor=actor, topic=topic, validate_only=validate_only
            )
        )
        for topic in topics
    ]


def _delete_topics(actor: Actor, topic_ids: Sequence[TopicId]) -> list[Refused | None]:
    return [
        _refused_or(
            lambda topic_id=topic_id: delete_topic.delete_topic(actor=actor, topic_id=topic_id)
        )
        for topic_id in topic_ids
    ]


def _refused_or(verb: Callable[[], T]) -> T | Refused:
    try:
        return verb()
    except Refusal as refusal:
        return Refused.by(refusal)


def _controller_round(*, rebalance: bool) -> Upkeep:
    """Several transactions: what waits for a leader does not wait for a plan."""
    mended = mend_partitions.mend_partitions(rebalance=rebalance)
    return replace(
        mended,
        drain_moves=continue_drains.continue_drains(),
        widened=widen_coordinator_topics.widen_coordinator_topics(),
    )
