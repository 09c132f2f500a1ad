"""kafka-python's own integration suite, run from its source distribution against our brokers."""
