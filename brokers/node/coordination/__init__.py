"""Runs coordinators' state machines on the partitions of internal topics that this broker leads.

Here: loading a machine from its log, making its decisions durable, timers, finding who coordinates.
What is decided belongs into ``brokers/groups`` and ``brokers/transactions``; what a request or a
response looks like belongs into ``brokers/node/handlers``.
"""
