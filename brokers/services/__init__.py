"""The data plane's write verbs, one function per file named after it.

Each writes the rows, the audit entry and the numbered change in one transaction and raises
``Refusal`` with Kafka's code when it will not. Who may ask is the caller's border to decide. No
reads for others (``selectors``), no wire formats and no HTTP here.
"""
