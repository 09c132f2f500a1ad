"""Proof that nothing crosses from one tenant to another.

Two tenants use the same kinds of things. Each API of the brokers, each HTTP route and each kind of
websocket is asked for the caller's own thing, for another tenant's and for one that does not exist;
the last two must be answered alike, byte for byte, and the other tenant must not notice. What there
is to ask is read from the registry and the URLs: whatever has no row here fails.

Not here: who inside a tenant may do what (``tests/apps/access``, ``tests/node``).
"""
