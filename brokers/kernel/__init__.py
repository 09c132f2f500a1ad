"""Words that everything else in the data plane is said in: typed ids, error codes, limits, the
clock.

Imports nothing of ours, does no I/O and holds no behaviour beyond naming things.
"""
