"""Group state machines against plain models."""
