"""Reads of connectors, tasks and workers. Nothing here writes, and none of it tells a secret."""
