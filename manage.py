#!/usr/bin/env python
"""Django's command line for this project; ``./headwater COMMAND`` is the same after set-up."""

import os
import sys

from streaming.cell.main import COMMANDS, run


def main() -> None:
    """Run the command that the arguments name, for the deployment that ``--data-dir`` names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streaming.settings")
    _adopt_data_dir(sys.argv)
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        sys.exit(run(sys.argv[1:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _adopt_data_dir(arguments: list[str]) -> None:
    """Settings are read before a command parses its options, and they depend on this one."""
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name != "--data-dir":
            continue
        if equals:
            os.environ["HEADWATER_DATA_DIR"] = value
        elif position + 1 < len(arguments):
            os.environ["HEADWATER_DATA_DIR"] = arguments[position + 1]
        return


if __name__ == "__main__":
    main()
