"""What is made of counters: steps, thinning, rates, and the count of refusals. Pure.

No database, no clock, and nothing about where figures come from.
"""
