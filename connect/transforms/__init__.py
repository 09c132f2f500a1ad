"""Single-message transformations and predicates: Kafka's built-in ones, and two of CEL.

Each changes one record into one record or none, and knows nothing else: no I/O, no clock, no other
record. What strangers write (regular expressions, CEL) is bounded here or said to be bounded by the
process. No import of converters, connectors, the catalogue or the runtime; ``chain`` is handed what
finds a plugin.

What each does was recorded from Kafka 4.2's own (``tests/connect/transforms``); where one differs
on purpose, docs/connect-transforms.md says so.
"""
