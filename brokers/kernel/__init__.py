"""Words that everything else in the data plane is said in: typed ids, error codes, limits, the
clock, networks of addresses, Prometheus's text.

Imports nothing of ours and does no I/O. What it computes depends on its arguments alone, and is of
a form that the world outside has set: no rule of ours is decided here.
"""
