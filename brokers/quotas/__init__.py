"""Token buckets: how much of something may be had now, and when there is more. Pure.

What is counted, for whom, and what happens to who asks for too much is not for here: no names of
tenants, no requests, no clock, no I/O. Times come in as monotonic milliseconds.
"""
