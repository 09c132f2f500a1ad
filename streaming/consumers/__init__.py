"""Consumers that the edge runs for clients who cannot: the consumer instances of REST v2.

An instance is a member of the client's group, or reads partitions that it was given. Where it
stands is decided in ``positions``, which asks nobody. Nothing of HTTP belongs here, nor how records
are written as JSON.
"""
