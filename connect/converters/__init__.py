"""How keys, values and headers become bytes, and values with schemas again. Pure.

One converter to a file. A schema registry is a port here (``registry.py``): nothing in this folder
connects to anything, reads a clock, or knows a connector or a transform.
"""
