"""Imported before all else of a task's process: what its libraries would bring along for nothing.

httpx imports its command line where rich, click and pygments are there, and does without where it
cannot. Those three are a third of the processor time that a task's process takes before it reads
its line, and 6 MB of its memory.
"""

import sys
from typing import Any

_modules: dict[str, Any] = sys.modules
# What stands for None there cannot be imported (the import system's reference, "The module cache").
_modules.setdefault("httpx._main", None)
