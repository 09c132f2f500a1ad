"""A worker: which tasks run here, and the processes that run them.

``liveness``, ``assignment``, ``restarts`` and ``turn`` decide and are pure: no clock, no
I/O, no database. ``supervisor`` does what they decided, with ``children`` for processes and
``announcements`` for hints. No connector's code runs in this process.
"""
