"""Connect: sources and sinks that nobody has to write.

Holds its place in the order of the apps (``frontend``, ``connect``, ``streaming``, ``brokers``,
``tenants``); connectors, their runtime and their REST API come as a capability of their own.
Nothing here may import ``frontend``.
"""
