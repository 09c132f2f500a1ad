"""How much of something may be had now, who shares it with whom, and when there is more. Pure.

Requests, connections and what happens to who asks for too much are not for here: no clock, no I/O.
Times come in as monotonic milliseconds. Limits of a tenant are named as in ``tenants/limits.py``.
"""
