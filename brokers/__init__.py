"""The data plane: brokers that keep partitions and speak the Kafka protocol.

Reads top to bottom as a record's journey; see README.md in this folder. Django's
models, services and selectors for the same nouns live beside it as an interface;
nothing under ``kernel wire log replication metadata node client`` imports Django.
"""
