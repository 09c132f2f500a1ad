"""What a plugin's class is called in reports: by Kafka's name where it has one."""

from functools import cache

from connect.catalogue import catalogue


def class_name(plugin: object) -> str:
    """Kafka's name of the class of ``plugin``, else Python's."""
    of = type(plugin)
    return _class_name(of.__module__, of.__qualname__)


@cache
def _class_name(module: str, name: str) -> str:
    path = f"{module}:{name}"
    names = next((one.names for one in catalogue().all() if one.path == path), ())
    return next((one for one in names if "." in one), f"{module}.{name}")
