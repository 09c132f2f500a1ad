"""What brokers count, as tenants and operators see it."""

from tests.apps.access.routes.row import Right, Row

ROWS = [
    Row("GET", "/api/v1/tenants/{tenant}/topics", Right.READ),
    Row("GET", "/api/v1/tenants/{tenant}/topics/{topic}/partitions", Right.READ),
    Row("GET", "/api/v1/tenants/{tenant}/metrics", Right.DESCRIBE),
    Row("GET", "/api/v1/tenants/{tenant}/usage", Right.DESCRIBE),
    Row("GET", "/api/v1/tenants/{tenant}/usage.csv", Right.DESCRIBE),
    Row("GET", "/api/v1/cell/brokers", Right.OPERATE),
]
