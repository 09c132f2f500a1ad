"""Kafka's access control lists: what a binding says, and what follows from all of a tenant's;
and what limits a single API key.

Pure. Who a principal is, which API asks which question and what a refusal looks like on the wire
must not go here: that is ``node``'s.
"""
