"""What a connector is made of: its contract with the runtime, and nothing that runs.

Pure and typed: no I/O, no clock, no Django, nothing of Kafka's clients. Whoever writes a connector
imports from here and from nowhere else of Headwater; so nothing may stand here that only the
runtime needs.
"""
