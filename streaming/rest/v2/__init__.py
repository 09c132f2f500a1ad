"""Kafka REST v2, as clients of Confluent's REST Proxy and of its kin speak it.

Media types, shapes and error codes are theirs; what is safer here is said in ``docs/rest.md``.
Consumer instances are ``streaming.consumers``, records go through ``streaming.records``; views only
translate.
"""
