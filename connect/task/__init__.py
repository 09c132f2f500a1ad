"""The process that runs one task of one connector.

It is given all it needs on its standard input (an ``assignment``), tells how it goes on its
standard output (``events``), and reaches the tenant's topics as an ordinary Kafka client. It
decides nothing about which tasks there are or where they run. No Django here, and no credentials
but the task's own API key. ``submitted_offsets``, ``transaction_pace``, ``sink_positions``,
``batch_room``, ``topic_rules`` and ``put_backoff`` decide and are pure; the rest is the shell
around them.
"""
