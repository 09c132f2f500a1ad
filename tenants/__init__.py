"""The control plane's lowest floor: tenants, people, keys, audit, and the numbered change log.

Knows nothing of topics, brokers or HTTP: what brokers must hear of goes into the change log as
JSON. Writes go through ``services`` (one function per verb), reads of others through ``selectors``.
"""
