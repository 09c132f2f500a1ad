"""What the console asks beyond Kafka's own API: signing in, and a tenant's overview.

No records and no topics: the console gets those from ``/kafka/v3`` and the websocket, as everyone
does.
"""
