"""Where a deployment is when nobody says otherwise, and how its ports lie to each other."""

from pathlib import Path

DEFAULT_DATA_DIR = Path(__file__).resolve().parent.parent.parent / "data"
DEFAULT_HTTP_PORT = 8000
DEFAULT_KAFKA_PORT = 9092
DEFAULT_BROKERS = 3
DEFAULT_CONNECT_WORKERS = 1
LOOPBACK = "127.0.0.1"

PORT_MAX = 65535

# The three listeners of a broker stand at the same distances from ``kafka_port`` everywhere: two
# deployments collide only when their ``kafka_port`` are close, and ``up`` can check beforehand.
INTERNAL_PORT_OFFSET = 100
METRICS_PORT_OFFSET = 200
MAX_BROKERS = INTERNAL_PORT_OFFSET
MAX_CONNECT_WORKERS = 32
"""On one machine: each takes the memory of a program of Django's before its first task."""
