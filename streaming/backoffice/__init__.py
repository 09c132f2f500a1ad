"""Operators' back office at ``/admin``: Django's admin, reading only, in the operator's scope.

What changes something is an action that calls a service, so nothing here writes a row itself and
nothing is edited in a form. Every page that an operator opens stands in the platform's audit log.
"""
