"""Kafka Connect's JSON, read and written: what REST and the command have in common. Pure.

Nothing here asks or changes anything.
"""
