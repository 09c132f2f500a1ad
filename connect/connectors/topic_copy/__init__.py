"""Copies records from topics to another of the same tenant, those that a CEL expression is true of.

All events to those of the afternoon (UTC), as a connector's configuration:

    {"name": "afternoon", "connector.class": "topic-copy",
     "source.topics": "all-events", "topic": "afternoon-events",
     "filter": "timestamp / 3600000 % 24 >= 12",
     "exactly.once.support": "required"}

Records are not taken apart and put together again: keys, values, headers and times stay as they
are, byte for byte. What changes records belongs into transforms, and copying between tenants
nowhere.
"""
