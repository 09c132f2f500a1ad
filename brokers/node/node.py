"""One broker: what it is made of, and the order in which it starts and stops.

Start: volume (locked), clean-shutdown marker, registration, image, partitions, listeners, loops.
Stop: the reverse, the marker near the end: it says that every log was closed.
"""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TypeVar

from brokers.kernel.clock import Clock
from brokers.kernel.errors import Refusal, StorageError
from brokers.kernel.ids import BrokerId, ChangeNumber, Incarnation, PartitionIndex, TopicId
from brokers.log.disk import Disk, RealDisk
from brokers.log.volume import Volume
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import BrokerRecord, Change, Kind, PartitionRecord
from brokers.metadata.recovery import Seen, contradicted
from brokers.node import halt, metrics_publisher, upkeep
from brokers.node.authentication.edge_token import InternalToken, load_public_key
from brokers.node.authentication.failed_logins import FailedLogins
from brokers.node.authentication.login import Mechanisms
from brokers.node.authentication.plain import Plain
from brokers.node.authentication.scram import Scram
from brokers.node.authentication.verifiers import HashName, NothingSealed, Verifiers
from brokers.node.config import ListenerConfig, ListenerName, NodeConfig
from brokers.node.coordination import group_limit
from brokers.node.coordination.coordinator_questions import CoordinatorQuestions
from brokers.node.coordination.group_coordinator import (
    expire_offsets,
    forget_topic,
    group_coordinator,
)
from brokers.node.coordination.marker_sender import MarkerSender
from brokers.node.coordination.purging import forget_purged
from brokers.node.coordination.transaction_coordinator import transaction_coordinator
from brokers.node.deeds import DeedNotes
from brokers.node.dispatch import Dispatcher
from brokers.node.entrance import Entrance
from brokers.node.exposition import exposition
from brokers.node.figures import Figures, NoFigures
from brokers.node.flush_pool import FlushPool
from brokers.node.handlers.sasl_authenticate import session_fault
from brokers.node.isr_proposals import IsrProposals
from brokers.node.key_uses import note_key_uses
from brokers.node.leader_links import LeaderLinks
from brokers.node.lease import Lease
from brokers.node.listener import Listener
from brokers.node.metadata_follower import MetadataFollower
from brokers.node.metrics import Metrics
from brokers.node.metrics_server import MetricsServer
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.partitions import PartitionManager
from brokers.node.peer_changes import PeerChanges
from brokers.node.peer_requests import PeerRequests
from brokers.node.ports import (
    BrokerRegistration,
    ControlPlane,
    FiguresStore,
    MetadataSource,
    MetadataUnavailable,
    RefusalLog,
    TransactionVerifier,
)
from brokers.node.producer_id_cipher import ProducerIdCipher
from brokers.node.producer_ids import ProducerIds
from brokers.node.quotas import Quotas
from brokers.node.receive_buffers import ReceiveBuffers
from brokers.node.refusals import NoRefusalLog, RefusalNotes
from brokers.node.routes import ROUTES
from brokers.node.seen_state import SeenState
from brokers.node.session import Session
from brokers.node.storage import use_storage_workers
from brokers.node.storage_hints import NoStorageWorkers, StorageHints
from brokers.node.system_clock import SystemClock
from brokers.node.tls import FollowedCertificate

log = logging.getLogger(__name__)
T = TypeVar("T")

FLUSH_THREADS = 4
DRAIN_SECONDS = 1.5
"""Twice, of the ten that a stop may take: the rest is for the metadata store and closing logs."""

_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)
SIGN_OFF_SECONDS = 2.0
_TRIES_PER_LOG_LINE = 10
_NONCE_BYTES = 18


class Node:
    """One broker. Everything here belongs to one event loop; handlers may read every attribute.

    ``run`` is its life.
    """

    def __init__(
        self,
        config: NodeConfig,
        metadata: MetadataSource,
        control: ControlPlane,
        *,
        clock: Clock | None = None,
        disk: Disk | None = None,
        storage: StorageHints | None = None,
        figures: FiguresStore | None = None,
        refusals: RefusalLog | None = None,
        verifiers: Verifiers | None = None,
    ) -> None:
        self.config = config
        self.control = control
        self.clock: Clock = SystemClock() if clock is None else clock
        self.storage: StorageHints = NoStorageWorkers() if storage is None else storage
        self._peer_changes = PeerChanges(self)
        self.metadata = MetadataFollower(metadata, self._peer_changes, self._changed, self._flaw_of)
        self.metrics = Metrics()
        self.quotas = Quotas(self)
        self.producer_ids = ProducerIds(
            control, self._remember_producer_ids, ProducerIdCipher(config.verifier_pepper)
        )
        self.incarnation = Incarnation(0)
        """This run of the broker; known once it has registered."""
        self.registration: BrokerRegistration
        self.volume: Volume
        self.seen_state: SeenState
        self.partitions: PartitionManager
        self.external: Listener
        self.network: Listener | None = None
        self.internal: Listener
        self.metrics_server: MetricsServer
        self.is_serving = False
        self._has_signed_off = False
        self.lease = Lease(round(config.session_timeout_s * 1000))
        self.heard_ms: dict[BrokerId, int] = {}
        """When each broker last asked this one for what it follows; monotonic milliseconds."""
        self.links = LeaderLinks(self)
        self.isr_proposals = IsrProposals(
            control, config.broker_id, lambda: self.incarnation, self._remember_partitions
        )
        self.groups = group_coordinator(self)
        self.markers = MarkerSender(self, PeerRequests(self))
        self.transaction_coordinator = transaction_coordinator(self, self.markers)
        self._questions = CoordinatorQuestions(self)
        self.transactions: TransactionVerifier = self._questions
        self._disk: Disk = RealDisk() if disk is None else disk
        self._figures = Figures(self, NoFigures() if figures is None else figures)
        self.failed_logins = FailedLogins()
        self._verifiers: Verifiers = NothingSealed() if verifiers is None else verifiers
        log_of_acts = NoRefusalLog() if refusals is None else refusals
        self.refusals = RefusalNotes(self, log_of_acts)
        self.deeds = DeedNotes(self, log_of_acts)
        self._flush_pool = FlushPool(FLUSH_THREADS)
        self._receive_buffers = ReceiveBuffers()
        self._undo = AsyncExitStack()

    @property
    def broker_id(self) -> BrokerId:
        return self.config.broker_id

    @property
    def image(self) -> MetadataImage:
        """The cluster as this broker knows it now."""
        return self.metadata.image

    async def catch_up(self) -> bool:
        """Read your writes: the image holds every change that was committed before this call, and
        this broker's share of them can be used (its new partitions are open).

        False, at once, when the metadata store is known to be away: then the image is all there is.
        """
        is_current = await self.metadata.catch_up()
        await self.partitions.settle()
        return is_current

    def partition(self, topic_id: TopicId, index: int) -> PartitionRuntime | None:
        """The partition if it is open here."""
        return self.partitions.get(topic_id, index)

    @property
    def for_clients(self) -> list[Listener]:
        """The listeners that take tenants' keys: one, or two."""
        return [self.external] if self.network is None else [self.external, self.network]

    def heard_of(self, broker_id: BrokerId) -> None:
        """Another broker has asked this one for what it follows: it lives."""
        self.heard_ms[broker_id] = self.clock.monotonic_ms()

    def endpoint(self, broker: BrokerRecord, entrance: Entrance) -> tuple[str, int]:
        """Host and port of ``broker`` for whoever came in so."""
        if entrance.listener is ListenerName.INTERNAL:
            return broker.internal_host, broker.internal_port
        host, port = broker.host, broker.port
        if entrance.listener is ListenerName.NETWORK:
            host, port = self.config.network_addresses.get(broker.id, (host, port))
        return entrance.named(host), port

    # Starting.

    async def start(self) -> None:
        """Returns once clients are served. Raises ``StorageError`` and ``OSError``.

        Waits, as long as it takes, for a metadata store that is away. ``close`` undoes what was
        done, however far this came.
        """
        undo = self._undo
        self.volume = await asyncio.to_thread(Volume.open, self.config.volume, disk=self._disk)
        undo.callback(self.volume.close)
        self.seen_state = SeenState(self.volume.control_plane)
        self._make_listeners()
        for listener in (*self.for_clients, self.internal):
            listener.bind()
            undo.callback(listener.close)
        marker = self.volume.take_marker()
        clean_incarnation = None if marker is None else Incarnation(marker)
        self._flush_pool.start()
        undo.callback(self._flush_pool.stop)
        is_clean = clean_incarnation == self.seen_state.seen.incarnation
        self.registration = self._registration(clean_incarnation)
        self.incarnation = await _insist(
            "register with the metadata store",
            lambda: self.control.register_broker(self.registration),
        )
        undo.push_async_callback(self._sign_off)
        # Kept with the first roles: on a full disk a broker starts, and leads nothing yet.
        self.seen_state.note(replace(self.seen_state.seen, incarnation=self.incarnation))
        await _insist("read the metadata", lambda: halt.read_metadata(self, is_clean=is_clean))
        self.partitions = PartitionManager(
            self.broker_id,
            self.volume,
            clock=self.clock,
            flusher=self._flush_pool,
            following=self.links,
            proposals=self.isr_proposals,
            metrics=self.metrics,
            role_watchers={
                self.groups.topic_name: self.groups.role_taken,
                self.transaction_coordinator.topic_name: self.transaction_coordinator.role_taken,
            },
            seen=self.seen_state,
        )
        undo.push_async_callback(self._close_partitions)
        undo.callback(self._peer_changes.close)
        await self.partitions.open_all(self.image, clean=clean_incarnation is not None)
        await self.producer_ids.refill()
        await self.metrics_server.start()
        undo.callback(self.metrics_server.stop)
        for listener in (*self.for_clients, self.internal):
            await listener.accept()
        self.is_serving = True
        log.info(
            "broker %d, incarnation %d, serves clients on %s port %d",
            self.broker_id, self.incarnation, self.config.external.host, self.external.port,
        )  # fmt: skip

    def _scram(self, hash_name: HashName) -> Scram:
        pepper, shapes = self.config.verifier_pepper, self.image.scram_shapes
        return Scram(hash_name, pepper, _nonce(), self._verifiers, shapes)

    def _make_listeners(self) -> None:
        pepper = self.config.verifier_pepper
        edge_key = load_public_key(self.config.edge_public_key_pem)
        broker_key = self.config.broker_token_key
        keys: Mechanisms = {
            "PLAIN": lambda: Plain(pepper),
            "SCRAM-SHA-256": lambda: self._scram("sha256"),
            "SCRAM-SHA-512": lambda: self._scram("sha512"),
        }
        external, network = self.config.external, self.config.network
        self.external = self._listener(ListenerName.EXTERNAL, external, keys, _tls(external))
        if network is not None:
            self.network = self._listener(ListenerName.NETWORK, network, keys, _tls(network))
        mutual_tls = self.config.mutual_tls
        self.internal = self._listener(
            ListenerName.INTERNAL,
            self.config.internal,
            {"OAUTHBEARER": lambda: InternalToken(edge_key, broker_key, self.clock.now_ms)},
            None if mutual_tls is None else mutual_tls.server_context(),
        )
        self.metrics_server = MetricsServer(
            self.config.metrics_host,
            self.config.metrics_port,
            lambda: exposition(self.metrics, self.broker_id, self._gauges()),
            lambda: self.is_serving,
        )

    def _listener(
        self,
        name: ListenerName,
        config: ListenerConfig,
        mechanisms: Mechanisms,
        tls: ssl.SSLContext | None,
    ) -> Listener:
        return Listener(
            config,
            Dispatcher(self, ROUTES, listener=name),
            mechanisms,
            receive_buffers=self._receive_buffers,
            metrics=self.metrics,
            fault=self._session_fault,
            quotas=self.quotas,
            name=name,
            tls=tls,
        )

    def _session_fault(self, session: Session) -> str | None:
        return session_fault(session, self)

    def _gauges(self) -> dict[str, tuple[str, int]]:
        partitions = list(self.partitions)
        return {
            "headwater_partitions": ("Partitions open here", len(partitions)),
            "headwater_partitions_led": (
                "Partitions that this broker leads",
                sum(partition.is_leader for partition in partitions),
            ),
            "headwater_log_bytes": (
                "Bytes of all logs here",
                sum(partition.log.describe().size_bytes for partition in partitions),
            ),
            "headwater_metadata_change_number": (
                "The last change that was applied", self.image.number,
            ),
            "headwater_metadata_available": (
                "1 while the metadata store answers", int(self.metadata.available),
            ),
        }  # fmt: skip

    def _registration(self, clean_incarnation: Incarnation | None) -> BrokerRegistration:
        external, internal = self.config.external, self.config.internal
        return BrokerRegistration(
            id=self.broker_id,
            host=external.advertised_host,
            port=external.advertised_port or self.external.port,
            internal_host=internal.advertised_host,
            internal_port=internal.advertised_port or self.internal.port,
            volume_id=str(self.volume.id),
            volume_path=str(self.config.volume),
            rack=self.config.rack,
            clean_incarnation=clean_incarnation,
            seen=self.seen_state.seen,
        )

    # What was seen of the control plane.

    def seen(self) -> Seen:
        """How far this broker has seen the control plane."""
        kept, image = self.seen_state.seen, self.image
        number = ChangeNumber(max(kept.number, image.number))
        if image.generation > kept.generation:
            number = image.number
        return replace(kept, number=number, generation=max(kept.generation, image.generation))

    async def _remember_producer_ids(self, end: int) -> None:
        self._refuse_while_held()
        self.seen_state.note(replace(self.seen(), producer_ids=end))
        await self.seen_state.keep()

    async def _remember_partitions(self, records: Sequence[PartitionRecord]) -> None:
        self._refuse_while_held()
        await self.seen_state.keep_partitions(records)

    def _refuse_while_held(self) -> None:
        """What comes now is not in this broker's report, so it must not be acted on."""
        if self.metadata.held:
            raise MetadataUnavailable("the cell is halted; the answer came too late")

    def _flaw_of(self, change: Change) -> str | None:
        if change.kind is not Kind.PARTITION or change.payload is None:
            return None
        told = PartitionRecord.from_json(change.payload)
        known = self.seen_state.partitions.get((told.topic_id, PartitionIndex(told.index)))
        if not contradicted(told, known):
            return None
        return (
            f"change {change.number} says of partition {change.key} at partition epoch "
            f"{told.partition_epoch} what it did not say before"
        )

    # Serving.

    async def run(self, stop: asyncio.Event, started: Callable[[], None]) -> None:
        """Start, tell ``started``, serve until ``stop`` is set, and stop in order.

        Raises what ended it otherwise: ``Fenced``, ``StorageError``, ``OSError``.
        """
        serving = asyncio.create_task(self._serve(started))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self.is_serving and not serving.done():
                await self._drain()
        finally:
            self.is_serving = False
            stopping.cancel()
            serving.cancel()
            (failure,) = await asyncio.gather(serving, return_exceptions=True)
            await self._undo.aclose()
            await self.metadata.close()
        if isinstance(failure, ExceptionGroup):
            failure = failure.exceptions[0]
        if isinstance(failure, Exception):
            raise failure

    async def _serve(self, started: Callable[[], None]) -> None:
        await self.start()
        # The first loop that fails ends the broker: none of them may be missing.
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self.metadata.follow())
            loops.create_task(self.metadata.follow_through_peers())
            loops.create_task(self.partitions.work(self.image))
            for listener in (*self.for_clients, self.internal):
                loops.create_task(listener.sweep())
            loops.create_task(upkeep.beat(self))
            loops.create_task(upkeep.watch_brokers(self))
            loops.create_task(upkeep.watch_partitions(self))
            loops.create_task(upkeep.watch_followers(self))
            loops.create_task(upkeep.repair(self))
            loops.create_task(self.links.work())
            loops.create_task(self.isr_proposals.submit())
            loops.create_task(upkeep.let_go(self))
            loops.create_task(forget_purged(self))
            loops.create_task(upkeep.checkpoint(self))
            loops.create_task(upkeep.remember(self))
            loops.create_task(use_storage_workers(self))
            loops.create_task(self.groups.watch())
            loops.create_task(expire_offsets(self))
            loops.create_task(group_limit.recount(self))
            loops.create_task(self.transaction_coordinator.watch())
            loops.create_task(self.markers.work())
            loops.create_task(metrics_publisher.publish(self))
            loops.create_task(self._figures.work())
            loops.create_task(self.refusals.work())
            loops.create_task(self.deeds.work())
            loops.create_task(note_key_uses(self))
            loops.create_task(self.quotas.shares.work())
            started()

    async def resume(self) -> None:
        """The metadata was rebuilt: begin anew with it. Raises ``MetadataUnavailable``."""
        await self.metadata.load()
        self.seen_state.note(self.seen())
        self.quotas.begin_anew()
        self.partitions.begin_anew_with(self.image)
        await self.partitions.settle()

    def _changed(self, change: Change) -> None:
        self.partitions.changed(change, self.image)
        self.quotas.changed(change)
        if change.kind is Kind.TOPIC:
            deleted = self.image.tombstones.get(TopicId(bytes.fromhex(change.key)))
            if deleted is not None:
                forget_topic(self.groups, deleted)

    # Stopping.

    async def _drain(self) -> None:
        """Begin nothing more, let what is under way be answered, and let others lead.

        In this order: what was appended here is still committed here, and whoever is sent away
        finds a leader elsewhere.
        """
        self.is_serving = False
        for listener in self.for_clients:
            listener.stop_accepting()
        self.groups.end()
        self.transaction_coordinator.end()
        self._questions.close()
        await asyncio.gather(*(each.quieten(DRAIN_SECONDS) for each in self.for_clients))
        await self._sign_off()
        await self.catch_up()
        self.internal.stop_accepting()
        await self.internal.quieten(DRAIN_SECONDS)
        for listener in (*self.for_clients, self.internal):
            listener.close_connections()
        await self._figures.leave()
        await self.refusals.leave()
        await self.deeds.leave()

    async def _close_partitions(self) -> None:
        self.seen_state.note(self.seen())
        try:
            await self.seen_state.keep()
        except StorageError as error:
            log.error("%s", error)
        if await self.partitions.close_all():
            self.volume.write_marker(self.incarnation)
        else:
            log.error("not every log could be closed: the next start will verify all of them")

    async def _sign_off(self) -> None:
        """Have others lead, and clients sent to them, at once; else the others notice later."""
        if self._has_signed_off:
            return
        self._has_signed_off = True
        try:
            async with asyncio.timeout(SIGN_OFF_SECONDS):
                await self.control.stop_broker(self.broker_id, self.incarnation)
        except (MetadataUnavailable, Refusal, TimeoutError) as error:
            log.warning("could not sign off with the metadata store: %s", error)
        else:
            log.info("broker %d, incarnation %d, has signed off", self.broker_id, self.incarnation)


def _tls(config: ListenerConfig) -> ssl.SSLContext | None:
    return None if config.tls is None else FollowedCertificate(config.tls).context


def _nonce() -> str:
    return secrets.token_urlsafe(_NONCE_BYTES)


async def _insist(what: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Try until the metadata store answers; say so once, and then every few tries."""
    tries = 0
    while True:
        try:
            return await attempt()
        except MetadataUnavailable as error:
            if tries % _TRIES_PER_LOG_LINE == 0:
                log.warning("cannot %s yet, trying on: %s", what, error)
            await asyncio.sleep(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS) - 1)])
            tries += 1
