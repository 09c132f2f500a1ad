"""Made-up records at a chosen rate, for trying things out: ``data-generator``.

A record is a function of the seed and its number. Data that looks like somebody's does not belong
here; templates are the user's.
"""
