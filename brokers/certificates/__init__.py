"""Certificates by which brokers and the edge know each other on the internal listener.

Each process issues itself a leaf of a day from the deployment's authority, whose key it has beside
its other secrets. Names say who somebody is, never where. Knows nothing of sockets.
"""
