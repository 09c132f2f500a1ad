"""What is made of counters: steps, thinning, rates. Pure.

No database, no clock, and nothing about where figures come from.
"""
