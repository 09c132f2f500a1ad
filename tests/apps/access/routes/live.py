"""Tickets for websockets."""

from tests.apps.access.routes.row import Right, Row

ROWS = [Row("POST", "/api/v1/tenants/{tenant}/tickets", Right.READ, 201)]
