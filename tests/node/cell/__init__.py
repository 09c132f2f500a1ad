"""The parts of the cell in memory (``tests/node/fakes.py``), each with what a test does to it and
the node's verbs over it. They keep promises and decide nothing: a decision that the services take
by a pure function is taken here by the same one.
"""
