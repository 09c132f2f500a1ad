"""Between Django and a node: the node's ports, implemented over PostgreSQL and the services.

Threads, database connections, time-outs and the translation of errors live here. No rule about
topics or brokers does: see ``services``.
"""
