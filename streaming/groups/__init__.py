"""A tenant's consumer groups as an administrator sees them: reading them, their lag, deleting
them, resetting their offsets.

Everything is asked of the brokers through a leased ``Reader``, so that commands, REST and sockets
share it, whichever cluster stands behind. What a reset would do is decided in ``reset_plan``, which
asks nobody. Being a member of a group (joining, polling) does not belong here, nor HTTP, nor
anything printed.
"""
