"""Websockets that show records the moment they are committed.

One shared tail per topic (``fanout``) reads from the brokers; a batch is encoded and filtered once
(``shared_batch``) and remembered for a while (``recent``). Every subscription takes it at its own
pace: ``subscription``, ``backlog`` and ``membership`` decide, ``feed`` and ``group_member`` do, and
a ``session`` is a socket with one of them or many. Records never go through a channel layer.
Nothing about HTTP requests belongs here.
"""
