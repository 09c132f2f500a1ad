"""Which plugins there are: connectors, converters, transforms and predicates, by their names.

A configuration names a plugin, never a class to import: what is not in here does not exist. What
is built in is listed by path and imported when it is first asked for; others come from installed
packages by entry points of the groups ``headwater.connectors``, ``headwater.converters``,
``headwater.transforms`` and ``headwater.predicates``. What a plugin is does not belong here.
"""

from connect.catalogue.finding import Catalogue, Plugin, UnknownPlugin, catalogue
from connect.catalogue.kinds import Kind

__all__ = ["Catalogue", "Kind", "Plugin", "UnknownPlugin", "catalogue"]
