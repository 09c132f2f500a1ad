"""``/ws/v1/events``: what happened to a tenant and to the brokers, told to open consoles.

Events are the audit log, read on: whoever writes, by whatever way, is heard of, and a socket that
comes back reads what it missed. Channels carries hints from process to process that there is
something new; a lost one is made good by a poll. No records here, and nothing is decided.
"""
