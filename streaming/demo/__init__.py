"""The demo: tenant ``demo`` with a topic of real departures, fed for as long as the service runs.

A client like any other: it makes its tenant with the same services as the commands and reaches
records only through a Kafka client library. Nothing that other tenants need belongs here.
"""
