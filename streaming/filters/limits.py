"""What a filter may cost."""

from typing import Final

TEXT_CHARACTERS_MAX: Final = 4_096
RECORD_CPU_SECONDS_MAX: Final = 0.1
"""For one record, a thousand times what an ordinary filter takes; past it the filter ends."""
COMPILE_CPU_SECONDS_MAX: Final = 1.0
MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Address space of the process that matches; an expression can double a string as often as it is
long. Most of it is never touched: the program itself maps a few hundred megabytes."""
SLICE_SECONDS: Final = 0.05
"""How long the process works on one reader's records before the next reader has its turn."""
SLICE_RECORDS_MAX: Final = 1_000
