"""Beyond Kafka's own API: signing in, managing tenants, and overviews for the console.

No records: the console gets those from ``/kafka/v3`` and the websocket, as everyone does. No rules
either: what may be done to tenants, people and keys is in ``tenants/services``.
"""
