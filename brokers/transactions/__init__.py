"""The transaction coordinator's state machine: who a transactional id's producer is, which
partitions its transaction has, and how it ended.

Pure: verbs read state and return a decision, ``replay`` is the only mutation. Transactional ids are
opaque here; the shell qualifies them by tenant. No log, no clock, no network, no groups, and no
knowledge of what a partition does with a marker: that is ``brokers/log``.
"""
