"""The inter-broker client: how one broker speaks the Kafka protocol to another.

Knows connections and requests, nothing of partitions, metadata or Django. What is asked and what
an answer means is decided by its callers in ``brokers/node``.
"""
