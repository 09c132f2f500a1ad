"""Requests and responses of the Kafka protocol, one module each: generated.

``python -m brokers.wire.generator`` writes everything in this folder from Kafka's JSON schemas.
Whatever a message means stands with its handler, never here.
"""
