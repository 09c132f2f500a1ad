"""``up``, ``status``, ``test`` and the like: the commands that come before Django can be set up.

``manage.py`` hands them here. Each returns an exit code: 0 for yes, 1 for no, 2 for a wrong call.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from streaming.cell import development
from streaming.cell.defaults import DEFAULT_DATA_DIR
from streaming.cell.failure import Failure


def run(arguments: Sequence[str]) -> int:
    """Run the command that ``arguments[0]`` names, which is one of ``COMMANDS``."""
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def up(arguments: Sequence[str]) -> int:
    from streaming.cell.plan import Options
    from streaming.cell.progress import Progress
    from streaming.cell.up import serve

    parser = _parser("up", "Run the service until Ctrl-C.")
    parser.add_argument("--http-port", type=int, help="console, REST and websockets (8000)")
    parser.add_argument(
        "--kafka-port",
        type=int,
        help="broker 1; broker N has N - 1 more, and each uses 100 and 200 above its own (9092)",
    )
    parser.add_argument("--brokers", type=int, help="how many (3); may grow, never shrink")
    parser.add_argument(
        "--connect-workers", type=int, help="programs that run connectors' tasks (1); 0 for none"
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1); others need --tls")
    parser.add_argument("--advertised-host", help="the name by which clients reach this machine")
    parser.add_argument("--tls", action="store_true", help="encrypt; a local CA is made")
    parser.add_argument(
        "--internal-tls",
        action=argparse.BooleanOptionalAction,
        help="certificates between brokers and web as well, on loopback too (no)",
    )
    parser.add_argument("--no-demo", action="store_true", help="no demo tenant, no demo records")
    given = parser.parse_args(arguments)
    options = Options(
        data_dir=given.data_dir,
        http_port=given.http_port,
        kafka_port=given.kafka_port,
        brokers=given.brokers,
        connect_workers=given.connect_workers,
        host=given.host,
        advertised_host=given.advertised_host,
        tls=given.tls,
        internal_tls=given.internal_tls,
        demo=not given.no_demo,
    )
    return serve(options, Progress())


def status(arguments: Sequence[str]) -> int:
    from streaming.cell.status import document, text

    parser = _parser("status", "Say what runs and how to reach it; exit code 1 when nothing does.")
    parser.add_argument("--json", action="store_true", help="one JSON document, secrets included")
    given = parser.parse_args(arguments)
    found = document(given.data_dir.resolve())
    sys.stdout.write((json.dumps(found, indent=2) if given.json else text(found)) + "\n")
    return 0 if found["processes"] else 1


def doctor(arguments: Sequence[str]) -> int:
    from streaming.cell.doctor import examine, text

    parser = _parser("doctor", "Check this machine and say what to mend.")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    findings = examine(given.data_dir.resolve())
    if given.json:
        sys.stdout.write(json.dumps({"findings": [each.as_json() for each in findings]}, indent=2))
        sys.stdout.write("\n")
    else:
        sys.stdout.write(text(findings) + "\n")
    return 0 if all(each.good for each in findings) else 1


def test(arguments: Sequence[str]) -> int:
    from streaming.cell.testing import run_all

    parser = argparse.ArgumentParser(
        prog="headwater test", description="Run every check and test; more arguments go to pytest."
    )
    parser.add_argument(
        "--strict", action="store_true", help="fail when a test is skipped that could have run here"
    )
    given, for_pytest = parser.parse_known_args(arguments)
    return run_all(strict=given.strict, for_pytest=for_pytest)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": up,
    "status": status,
    "doctor": doctor,
    "test": test,
    "bench": development.bench,
    "fuzz": development.fuzz,
    "sim": development.sim,
    "isolate": development.isolate,
    "torture": development.torture,
    "screenshots": development.screenshots,
    "sbom": development.sbom,
}


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"headwater {name}", description=description)
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("HEADWATER_DATA_DIR", DEFAULT_DATA_DIR)),
        help="where everything is kept (data in the checkout, or HEADWATER_DATA_DIR)",
    )
    return parser
