"""What connectors raise. What is raised decides what happens to the record, or to the task."""


class ConnectError(Exception):
    """The target, or the connector's configuration, is not as it must be: the task fails, whatever
    ``errors.tolerance`` says, and says this message."""


class RetriableError(ConnectError):
    """The target will have it later: the same records come again after a pause."""


class DataError(ConnectError):
    """A record cannot be taken as it is. Under ``errors.tolerance=all`` it is left out, and goes to
    the dead-letter topic where there is one."""


class ConfigError(ConnectError):
    """A value of the configuration is wrong; the message says which, and what it may be."""


class EgressRefused(ConnectError):
    """The target's address is one that connectors may not reach."""
