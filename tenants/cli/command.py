"""The base of Headwater's commands: shared options, one way to answer, one way to fail."""

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tenants.cli.answer import Answer, write_answer, write_json
from tenants.cli.failures import CommandFailure, UsageProblem, explain
from tenants.cli.watching import watch

INTERRUPTED = 130
"""128 + SIGINT, what shells expect of a program that Ctrl-C ended."""


class HeadwaterCommand(BaseCommand, ABC):
    """A command with ``--data-dir`` and ``--json`` that ends with exit code 0, 1 or 2.

    Subclasses give ``add_options`` and ``answer``. Outside a terminal's command line
    (``call_command``) failures come out as ``CommandFailure``.
    """

    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        # Read by manage.py before the settings are; here it is only recognised and checked.
        parser.add_argument(
            "--data-dir",
            metavar="DIR",
            help="the deployment's data folder (default: HEADWATER_DATA_DIR, else ./data)",
        )
        parser.add_argument("--json", action="store_true", help="answer with JSON on stdout")
        self.add_options(parser)

    def add_options(self, parser: CommandParser) -> None:
        """Add what this command understands beside the shared options."""

    @abstractmethod
    def answer(self, options: dict[str, Any]) -> Answer | None:
        """Do the work. None when everything was already written."""

    def shown(self, look: Callable[[], Answer], options: Mapping[str, Any]) -> Answer | None:
        """What ``look`` finds; with ``--watch`` again as it changes, until Ctrl-C."""
        if not options["watch"]:
            return look()
        watch(look, self.stdout, as_json=options["json"])
        return None

    def handle(self, *args: Any, **options: Any) -> None:
        _check_data_dir(options["data_dir"])
        try:
            answer = self.answer(options)
        except Exception as error:
            failure = explain(error)
            if failure is None or failure is error:
                raise
            raise failure from error
        if answer is not None:
            write_answer(answer, self.stdout, options["json"])

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Usage errors then are exceptions, which --json can report as a document.
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # `… | head` has read enough. Nothing may be flushed into the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except Exception as error:
            failure = explain(error)
            if failure is None or "--traceback" in argv:
                raise
            self._report(failure, argv[1], as_json="--json" in argv)
            sys.exit(failure.exit_code)

    def _report(self, failure: CommandFailure, name: str, as_json: bool) -> None:
        if as_json:
            error = {"code": failure.code, "message": failure.message}
            write_json({"error": error}, self.stdout)
            return
        self.stderr.write(f"{name}: {failure.message}")
        if isinstance(failure, UsageProblem):
            self.stderr.write(f"`./headwater {name} --help` lists what it understands.")


def _check_data_dir(given: str | None) -> None:
    """The settings were read for the first ``--data-dir``; a second one cannot be honoured."""
    if given is not None and Path(given).resolve() != settings.HEADWATER.data_dir:
        raise UsageProblem(
            f"--data-dir {given} is not the folder that was read ({settings.HEADWATER.data_dir}); "
            "give it once."
        )
