"""Writes ``brokers/wire/messages`` and ``coordinator`` from Kafka's JSON message schemas.

Run ``python -m brokers.wire.generator`` after a schema or this package has changed, with
``--check`` to learn whether that was forgotten. A tool of the developer: nothing that runs in a
broker imports it, and no behaviour of a particular API belongs here.
"""
