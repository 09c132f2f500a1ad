"""What each API is asked: one file of cases per family, read by ``test_wire.py``.

Whoever has brokers answer a new API adds its cases (``ROWS``) in the file of its family, or in a
new file here. Every field that may name something must have a value in one of them.
"""

from importlib import import_module
from pkgutil import iter_modules

from brokers.wire.registry import ApiKey
from tests.isolation.wire_case import Case

ROWS: dict[ApiKey, tuple[Case, ...]] = {}
for _module in iter_modules(__path__):
    ROWS |= import_module(f"{__name__}.{_module.name}").ROWS
