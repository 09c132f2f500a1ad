"""Reasons not to go on that are told to the person in one sentence, without a traceback."""


class Failure(Exception):
    """What happened, to which thing, and what to do about it. The command exits with code 1."""


class ConfigurationError(Failure):
    """The environment or the data folder says something that cannot be."""
