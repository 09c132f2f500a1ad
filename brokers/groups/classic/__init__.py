"""The classic protocol: JoinGroup, SyncGroup, Heartbeat, LeaveGroup; the leader assigns.

``machine.py`` holds the verbs; each kind of request has its file; ``group.py`` is the only one that
changes state. Not here: offsets, KIP-848's groups, converting one kind of group to the other, and
anything that knows protocol versions beyond what a request's own answer depends on.

Source: Apache Kafka, ``ClassicGroup`` and the classic half of ``GroupMetadataManager``; KIP-62
(rebalance timeout), KIP-134 (initial delay), KIP-345 (static members), KIP-394 (member ids),
KIP-814 (skip the assignment).
"""
