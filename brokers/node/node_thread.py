"""A node on an event loop of its own, in a thread of its own: for a process that has other work
too."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress

import uvloop

from brokers.node.authentication.verifiers import Verifiers
from brokers.node.config import NodeConfig
from brokers.node.node import Node
from brokers.node.ports import ControlPlane, FiguresStore, MetadataSource, RefusalLog
from brokers.node.storage_hints import StorageHints

log = logging.getLogger(__name__)


class NodeThread:
    """``start`` returns at once, ``ready`` is set when clients are served.

    ``on_ready`` is called in the node's thread just before.
    ``on_failure`` is called in the node's thread when the node ends without having been asked to: a
    process without its broker must exit, so that its supervisor starts it again.
    """

    def __init__(
        self,
        config: NodeConfig,
        metadata: MetadataSource,
        control: ControlPlane,
        *,
        on_failure: Callable[[Exception], None],
        on_ready: Callable[[], None] = lambda: None,
        storage: StorageHints | None = None,
        figures: FiguresStore | None = None,
        refusals: RefusalLog | None = None,
        verifiers: Verifiers | None = None,
    ) -> None:
        self.node = Node(
            config,
            metadata,
            control,
            storage=storage,
            figures=figures,
            refusals=refusals,
            verifiers=verifiers,
        )
        self.ready = threading.Event()
        self.failed: Exception | None = None
        """What ended the node, when nobody had asked it to stop."""
        self._on_failure = on_failure
        self._on_ready = on_ready
        self._stop: asyncio.Event
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, name=f"broker-{config.broker_id}", daemon=True
        )

    def start(self) -> None:
        self._stop = asyncio.Event()
        self._thread.start()

    def stop(self, timeout: float | None = None) -> bool:
        """Ask the node to stop and wait for it; False when it is not done in ``timeout``
        seconds."""
        if self._thread.is_alive():
            with suppress(RuntimeError):  # The loop has just been closed: it is stopping already.
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _started(self) -> None:
        self._on_ready()
        self.ready.set()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self.node.run(self._stop, self._started))
        except Exception as error:
            log.exception("broker %d has failed", self.node.broker_id)
            self.failed = error
            self._on_failure(error)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
