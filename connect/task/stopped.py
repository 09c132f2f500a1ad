"""How the word to stop leaves a loop from within."""


class Stopped(Exception):
    """The task was told to stop while it waited; what was at hand comes again."""
