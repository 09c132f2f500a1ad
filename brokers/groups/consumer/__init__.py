"""KIP-848 groups: members heartbeat, the coordinator assigns, members reconcile one by one.

``machine.py`` holds the verbs, ``state.py`` is the only file that changes a group, ``progress.py``
follows what one member's request moves and ``reconciliation.py`` says when a member may have what.
Not here: how partitions are dealt out (``brokers/groups/assignors``), offsets, the classic
protocol, and what a request looks like on the wire.

Source: KIP-848; Apache Kafka 4.2's ``GroupMetadataManager``, ``ConsumerGroup`` and
``CurrentAssignmentBuilder``. Records are Kafka's own, so its tools read what is kept.
"""
