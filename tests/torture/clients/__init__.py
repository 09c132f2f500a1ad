"""The clients of a run, unmodified libraries each in a process of its own: ``ROLES`` names them.

``python -m tests.torture.clients TASK`` runs the one that the file TASK describes, until SIGTERM.
"""
