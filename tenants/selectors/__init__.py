"""Reads for the floors above: each enters the scope it needs and returns plain rows or values.

Nothing is written here.
"""
