"""Kafka REST v3: clusters, topics, partitions, and records in and out, over HTTP.

Views only translate: topic verbs are ``brokers.services``, records go through
``streaming.records``, callers come from ``streaming.access``. No business rule and no query of its
own belongs here.
"""
