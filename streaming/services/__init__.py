"""What the edge writes to PostgreSQL, one named function per verb.

These are bookkeeping of requests and not changes of what a tenant has: no audit entry, no numbered
change. Topics, tenants and people are ``brokers.services`` and ``tenants.services``.
"""
