"""``openapi``: the OpenAPI document of this release, and how it differs from a contract."""

import json
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings
from django.core.management.base import CommandParser

from streaming.api.openapi import Generator
from streaming.contract.differences import differences
from streaming.contract.reasons import Explained, explained, idle, parse_reasons
from tenants.cli.answer import Answer
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import CommandFailure, UsageProblem

REASONS: Final = "docs/rest-differences.md"
PREFIX: Final = "/kafka/v3/"
UNEXPLAINED: Final = "unexplained"


class Command(HeadwaterCommand):
    """For developers: it asks neither the database nor a broker."""

    help = "Print the OpenAPI document; with --compare, how it differs from another and why."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--compare",
            metavar="FILE",
            help=f"a contract, JSON or YAML: list every difference with its reason from {REASONS}; "
            "exit code 1 when one has none",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        document = Generator().get_schema(request=None, public=True)
        if options["compare"] is None:
            return Answer(document, (json.dumps(document, indent=2),))
        return self._compared(document, _read(options["compare"]), as_json=options["json"])

    def _compared(self, ours: Any, theirs: Any, *, as_json: bool) -> Answer:
        found = differences(ours, theirs, PREFIX)
        reasons = parse_reasons((settings.BASE_DIR / REASONS).read_text())
        told = explained(found, reasons)
        lines = tuple(f"{each.difference}: {each.reason or UNEXPLAINED}" for each in told)
        without, unused = [each for each in told if each.reason is None], idle(found, reasons)
        if without or unused:
            if not as_json:
                self.stdout.write("\n".join(lines))
            raise CommandFailure("UNEXPLAINED", _complaint(without, unused))
        rows = [{"difference": each.difference, "reason": each.reason} for each in told]
        return Answer({"differences": rows}, lines)


def _complaint(without: list[Explained], unused: list[str]) -> str:
    parts = []
    if without:
        named = "; ".join(each.difference for each in without)
        parts.append(f"{len(without)} differences are {UNEXPLAINED}: {named}")
    if unused:
        parts.append(f"{REASONS} explains what is no difference any more: {'; '.join(unused)}")
    return ". ".join(parts) + f". Mend them, or say why in {REASONS}."


def _read(path: str) -> Any:
    try:
        text = Path(path).read_text()
        document = json.loads(text) if path.endswith(".json") else yaml.load(text, _LOADER)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageProblem(f"{path} cannot be read as JSON or YAML: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise UsageProblem(f"{path} is no OpenAPI document: it has no paths.")
    return document


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
