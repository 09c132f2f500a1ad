"""Consumer-group state machines: who is in a group, and who reads what.

Pure: verbs return a ``Decision`` and change nothing, ``replay`` and ``replay_event`` are the only
mutation. Time, new ids and tokens come in as arguments. No log, no clock, no randomness, no wire
messages of requests and responses, no tenants: a group id is an opaque string. Loading, appending,
timers, and the handlers that know the wire are the shell's, in ``brokers/node``.
"""
