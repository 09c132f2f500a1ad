"""Limits: a tenant's, its clients', and the plans."""

from tests.apps.access.routes.row import Right, Row

_TENANT = "/api/v1/tenants/{tenant}"

ROWS = [
    # No path names a tenant, so a stranger is answered about its own.
    Row("GET", "/api/v1/quotas", Right.DESCRIBE, foreign=200),
    Row("GET", f"{_TENANT}/quotas", Right.DESCRIBE, operators=True),
    Row("PATCH", f"{_TENANT}/quotas", Right.OPERATE, body={}, operators=True),
    Row("GET", f"{_TENANT}/client-quotas", Right.DESCRIBE, operators=True),
    Row("PUT", f"{_TENANT}/client-quotas", Right.ADMINISTER, 400, body={}, operators=True),
    Row("DELETE", f"{_TENANT}/client-quotas", Right.ADMINISTER, 404, operators=True),
    Row("GET", "/api/v1/cell/plans", Right.OPERATE),
    Row("PUT", "/api/v1/cell/plans", Right.OPERATE, 400, body={}),
]
