"""Logins: the order of SASL messages and one file per mechanism.

Deciding only: bytes in, bytes and a verdict out. Sockets, delays and metadata lookups stay with the
connection and the handlers; no mechanism keeps or logs a secret.
"""
