"""Replica state machines: what a partition's leader knows, and when a record is committed.

Pure: methods that decide return what should happen and change nothing, ``replay`` is the only
mutation. No log, no clock, no network, no metadata store; the shell in ``brokers/node`` has these.
"""
