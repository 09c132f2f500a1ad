"""Records of the coordinators' topics, and what consumers of a classic group tell each other.

One module per key and value, and ``consumer_protocol_…`` for the subscription and assignment that
JoinGroup and SyncGroup carry: all generated. By hand:
``state_record.py``, how a record's type and version stand in front of its body. What a record
*means* stands with the state machine that replays it, never here.
"""
