"""How a coordinator deals out partitions to the members of a KIP-848 group: pure functions.

One file per assignor, and ``registry.py`` with the names that clients may ask for. An assignor
knows members, topics and the target so far; epochs, ownership and reconciliation are none of its
business (``brokers/groups/consumer``), and neither are assignors that run in clients.
"""
