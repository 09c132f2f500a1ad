"""An error as tenants are told it: in a sentence, and with its trace."""

import sys
import traceback
from pathlib import Path
from typing import Final

from connect.spi.errors import ConnectError

_CHECKOUT: Final = f"{Path(__file__).parents[2]}/"
_PYTHON: Final = tuple(f'File "{prefix}/' for prefix in (sys.prefix, sys.base_prefix))


def sentence_of(error: BaseException) -> str:
    """Connect's own errors say all in their words; of others the kind belongs to it."""
    return str(error) if isinstance(error, ConnectError) else f"{type(error).__name__}: {error}"


def trace_of(error: BaseException) -> str:
    """As people read it: the error itself is at the end. Files are told from the service's folder
    on, or from Python's: where those are concerns no tenant."""
    text = "".join(traceback.format_exception(error)).replace(_CHECKOUT, "")
    for prefix in _PYTHON:
        text = text.replace(prefix, 'File "')
    return text
