"""One deployment: its data folder, its stores, its processes, and what can be said about them.

Together with ``settings``, ``urls``, ``asgi`` and ``celery`` this is the composition root. Nothing
that serves a request or touches a record belongs here, and only settings and commands import it.
"""
