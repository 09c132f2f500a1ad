"""The write verbs, one function per file named after it.

Each writes the rows, the audit entry and, for keys and rights, the numbered change in one
transaction, enters the scope it needs by itself, and raises an ``ApplicationError`` when it will
not. Workers are woken by a hint (``waking``); what the hint does not tell they find by
themselves. No reads for others (``selectors``), no HTTP, and nothing that speaks to a connector's
target.
"""
