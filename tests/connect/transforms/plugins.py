"""Every transformation and predicate of the package, by its short name."""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any, Final

import connect.transforms
from connect.spi.errors import ConfigError
from connect.transforms.transform import Predicate, Transform


def _all(base: type[Any]) -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for module in pkgutil.iter_modules(connect.transforms.__path__):
        for one in vars(importlib.import_module(f"connect.transforms.{module.name}")).values():
            if isinstance(one, type) and issubclass(one, base) and "name" in vars(one):
                found[one.name] = one
    return found


TRANSFORMS: Final = _all(Transform)
PREDICATES: Final = _all(Predicate)


def find(kind: str, name: str) -> type[Any]:
    """As the catalogue finds one, for chains in tests."""
    plugins = {"transform": TRANSFORMS, "predicate": PREDICATES}[kind]
    for plugin in plugins.values():
        if name == plugin.name or name in plugin.aliases:
            return plugin
    raise ConfigError(f"there is no {kind} {name}")


def made(name: str, config: Mapping[str, str]) -> Any:
    plugin = (TRANSFORMS | PREDICATES)[name]
    return plugin(plugin.config.parse(config))
