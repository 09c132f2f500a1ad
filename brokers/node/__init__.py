"""The shell: one broker process's listener, connections, dispatch, handlers, partitions and loops.

Awaits, reads the clock, opens sockets, and asks the pure packages what to do. Knows no Django, no
Celery and no SQL: what it needs of the outside comes through ``ports.py``. No decision that could
be a pure function belongs here.
"""
