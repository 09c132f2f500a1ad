"""The write verbs, one function per file named after it.

Each writes the rows, the audit entry and the numbered change in one transaction, enters the scope
it needs by itself, and raises an ``ApplicationError`` when it will not. ``by`` names who asked, for
the audit log. No reads for others (``selectors``) and no HTTP here.
"""
