"""The plugins that come with Headwater: one line each, as ``module:class``, under all their names.

The first name is the one that is shown; the others are Kafka's, which mean the same.
"""

from typing import Final

from connect.catalogue.kinds import Kind

BUILT_IN: Final[dict[Kind, dict[str, tuple[str, ...]]]] = {
    Kind.SOURCE: {},
    Kind.SINK: {},
    Kind.CONVERTER: {},
    Kind.HEADER_CONVERTER: {},
    Kind.TRANSFORM: {},
    Kind.PREDICATE: {},
}
"""By kind: ``module:class`` -> its names. They are here and not only in the classes, so that one
can be found without importing all."""
