"""Unmodified clients against a whole service. Each test drives a client as its own users do."""
