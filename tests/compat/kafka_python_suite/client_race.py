"""A fault of kafka-python 3.0.12 that fails one consumer in some tens, whatever the broker.

Topics that are subscribed to while a metadata request is under way are taken for asked about when
its answer comes; the client asks about them five minutes later. The constructor subscribes while
another thread bootstraps, so every consumer can meet it. ``ClusterMetadata.set_topics`` has a
TODO for it.
"""

from kafka.cluster import ClusterMetadata


def mend() -> None:
    """Have the client ask again when topics were added meanwhile. To be called once a process."""
    refresh = ClusterMetadata._do_refresh_metadata

    async def and_again_for_later_topics(self: ClusterMetadata, node_id: object) -> None:
        asked_about = set(self._topics)
        await refresh(self, node_id)
        if not self._topics <= asked_about:
            self.request_update()

    ClusterMetadata._do_refresh_metadata = and_again_for_later_topics
