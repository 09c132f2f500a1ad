"""Changes of a PostgreSQL database as records, by logical replication (``pgoutput``).

``pgoutput`` turns bytes into ``messages``, ``changes`` turns those into records in the ``envelope``
that Debezium has, through the ``column_types`` of a ``table``. Around them: ``snapshot`` reads what
was there before, ``stream`` holds the replication connection, ``slots`` judges and watches the
slot, ``catalog`` and ``publications`` ask the database, ``check`` says beforehand what is missing.

Not here: connections to an address that the egress has not returned, and a slot that is made anew
without a word where changes were lost.
"""
