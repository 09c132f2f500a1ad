"""A Celery worker that is a broker: a bootstep runs the node beside the worker's own work.

A bootstep and not a task: a task that never ends would be delivered twice after the transport's
visibility time-out. Celery and its Redis may come and go; the node neither waits for them nor stops
with them. Without ``--broker-id`` the worker is an ordinary one, and nothing of a node is loaded:
that takes longer than all else that a worker loads.
"""

import gc
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from celery import bootsteps, signals
from click import IntRange, Option
from django.conf import settings

from brokers.kernel.ids import BrokerId

if TYPE_CHECKING:
    from brokers.node.config import NodeConfig

log = logging.getLogger(__name__)

STOP_SECONDS: Final = 8.0
"""A supervisor may be less patient; what is not closed by then is recovered at the next start."""

CELERY_SECONDS: Final = 2.0
"""For Celery to stop after the broker has."""

_GC_THRESHOLD: Final = 10_000
"""Allocations between young collections; the default of 700 runs one every few requests."""

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1

broker_id_option = Option(
    ["--broker-id"],
    type=IntRange(min=1),
    default=None,
    help="Run broker N of this deployment in this worker, with its volume and its ports.",
)


class BrokerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the node when the worker starts, and stops it in order on warm and cold shutdown."""

    requires = frozenset({"celery.worker.components:Pool"})

    def __init__(self, parent: Any, broker_id: int | None = None, **options: Any) -> None:
        super().__init__(parent, **options)
        self.enabled = broker_id is not None
        self._broker_id = broker_id

    def create(self, parent: Any) -> "RunningBroker":
        assert self._broker_id is not None
        return RunningBroker(node_config(settings.HEADWATER, self._broker_id))


class RunningBroker:
    """The node's thread, as a worker's blueprint drives it: ``start``, then ``stop``."""

    def __init__(self, config: "NodeConfig") -> None:
        # Imported here: Celery imports this module before Django's models can be.
        from brokers.adapters.control_plane import DjangoControlPlane  # noqa: PLC0415
        from brokers.adapters.figures import PostgresFigures  # noqa: PLC0415
        from brokers.adapters.postgres_metadata import PostgresMetadata  # noqa: PLC0415
        from brokers.adapters.refusals import PostgresRefusals  # noqa: PLC0415
        from brokers.adapters.storage_hints import CeleryStorageHints  # noqa: PLC0415
        from brokers.adapters.verifier_keys import VerifierKeys  # noqa: PLC0415
        from brokers.node.node_thread import NodeThread  # noqa: PLC0415

        keys = VerifierKeys()
        self._control = DjangoControlPlane(config.broker_id, keys)
        self._figures = PostgresFigures(config.broker_id)
        self._refusals = PostgresRefusals(config.broker_id)
        self._node = NodeThread(
            config,
            PostgresMetadata(),
            self._control,
            on_failure=_exit,
            on_ready=_leave_out_what_stays,
            storage=CeleryStorageHints(),
            figures=self._figures,
            refusals=self._refusals,
            verifiers=keys,
        )

    def start(self) -> None:
        """Returns at once; the node says in the log when it serves clients."""
        signals.worker_shutting_down.connect(self._begin_to_stop)
        self._node.start()

    def stop(self) -> None:
        if not self._node.stop(STOP_SECONDS):
            log.error("the broker did not stop within %g s; not all logs were closed", STOP_SECONDS)
        self._control.close()
        self._figures.close()
        self._refusals.close()

    def _begin_to_stop(self, **_signal: Any) -> None:
        """Called in the handler of the signal that ends the worker.

        The node stops at once and not after Celery's part, which would wait for a Redis that has
        fallen silent.
        """
        threading.Thread(target=self._leave, name="broker-leaves", daemon=True).start()

    def _leave(self) -> None:
        """Stop the node, and end the process if Celery cannot; usually it can, and is quicker."""
        self._node.stop(STOP_SECONDS)
        time.sleep(CELERY_SECONDS)
        log.warning("the broker has stopped and Celery has not, so the process is ended")
        logging.shutdown()
        os._exit(EXIT_OK)


def node_config(instance: Any, broker_id: int) -> "NodeConfig":
    """What broker ``broker_id`` of the deployment ``instance`` (``settings.HEADWATER``) is told."""
    from brokers.certificates.holder import Holder  # noqa: PLC0415
    from brokers.node.config import ListenerConfig, NodeConfig, TlsFiles  # noqa: PLC0415

    address = instance.broker(broker_id)
    network: dict[int, tuple[str, int]] = instance.network_addresses
    files = instance.tls_files
    tls = None if files is None else TlsFiles(files.certificate, files.key)
    return NodeConfig(
        broker_id=BrokerId(broker_id),
        external=ListenerConfig(
            host=instance.bind_host,
            port=address.port,
            advertised_host=address.host,
            advertised_port=address.port,
            tls=tls,
        ),
        internal=ListenerConfig(
            host=instance.internal_bind_host,
            port=address.internal_port,
            advertised_host=address.internal_host,
            advertised_port=address.internal_port,
        ),
        network=None
        if broker_id not in network
        else ListenerConfig(
            host=instance.bind_host,
            port=network[broker_id][1],
            advertised_host=network[broker_id][0],
            advertised_port=network[broker_id][1],
            tls=tls,
        ),
        network_addresses={BrokerId(each): address for each, address in network.items()},
        metrics_host=instance.internal_bind_host,
        metrics_port=address.metrics_port,
        volume=address.volume,
        verifier_pepper=instance.secrets.verifier_pepper.encode(),
        edge_public_key_pem=instance.secrets.edge_token_public_key,
        broker_token_key=instance.secrets.broker_token_key,
        mutual_tls=instance.mutual_tls(Holder(BrokerId(broker_id))),
        session_lifetime_ms=instance.connections_max_reauth_ms,
        consumer_session_timeout_ms=instance.group_consumer_session_timeout_ms,
        consumer_heartbeat_interval_ms=instance.group_consumer_heartbeat_interval_ms,
    )


def _leave_out_what_stays() -> None:
    """Code, the image, open logs: left out of garbage collection, a full one takes milliseconds
    however many partitions there are, and requests make no cycles. Not for a process that outlives
    its node: what is left out is never freed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def _exit(_failure: Exception) -> None:
    """A worker without its broker must not stay: whoever supervises it starts both again.

    At once and not through Celery's shutdown, which would take tasks until it is done and depends
    on Redis. The node has put away what it could, and has logged why it failed.
    """
    logging.shutdown()
    os._exit(EXIT_FAILED)
