"""Making a clone runnable: the virtual environment and the console's build.

Runs before anything is installed, so nothing here imports more than the standard library, and
nothing that does may be imported here.
"""
