"""How a broker lets storage workers know that there is a job; a port, for the node knows no
Celery."""

from typing import Protocol

from brokers.kernel.ids import BrokerId


class StorageHints(Protocol):
    """Messages that may be lost, doubled or late: the job's folder says what there is to do."""

    def hint(self, broker_id: BrokerId, job: str) -> None:
        """Tell some worker of the job's name. Never blocks and never fails."""
        ...


class NoStorageWorkers:
    """A node by itself: its jobs wait until something runs them."""

    def hint(self, broker_id: BrokerId, job: str) -> None: ...
