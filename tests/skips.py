"""No test is skipped silently: each skip says ``needs: WHAT``, and all are listed at the end.

With ``--strict-skips`` a skip fails the run unless ``WHAT`` is something that a machine cannot be
made to have by whoever runs the tests.
"""

from collections import Counter

import pytest

NEEDS = "needs: "

# What may be missing under --strict-skips, and why that is nobody's fault.
MAY_BE_MISSING = {
    "atheris": "it has wheels for some Python versions and machines only",
    "a checkout open to others": "a private home is a supported place for a clone",
    "root": "an ordinary user is a supported way to run the tests",
    "an ordinary user": "root is a supported way to run the tests",
    "Linux": "macOS is a supported machine",
    "a PostgreSQL with TLS": "Debian's package would begin a server of its own",
    "the right to make network namespaces": "containers often have not got it, not even as root",
    "a kernel with Landlock": "older ones are supported; tasks can have an account of their own",
    "a package index with advisories": "mirrors and closed networks have none",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--strict-skips",
        action="store_true",
        help="fail when a test is skipped that could have run on this machine",
    )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was skipped for want of what; the last lines before pytest's own."""
    skipped = _reasons(terminalreporter)
    if not skipped:
        return
    terminalreporter.section("skipped tests")
    for reason, count in sorted(skipped.items()):
        verdict = _verdict(reason)
        failed = config.getoption("strict_skips") and verdict is None
        note = verdict or ("not allowed by --strict-skips" if failed else "could run here")
        terminalreporter.line(f"{count:4}  {reason}  ({note})")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a success with unexcused skips into a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not session.config.getoption("strict_skips"):
        return
    unexcused = [reason for reason in _reasons(reporter) if _verdict(reason) is None]
    if unexcused and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _verdict(reason: str) -> str | None:
    """Why this skip is excused; None when it is not."""
    if not reason.startswith(NEEDS):
        return None
    wanted = reason.removeprefix(NEEDS)
    return next((why for what, why in MAY_BE_MISSING.items() if wanted.startswith(what)), None)


def _reasons(reporter: pytest.TerminalReporter) -> Counter[str]:
    found: Counter[str] = Counter()
    for report in reporter.stats.get("skipped", []):
        # A skip's long representation is (file, line, "Skipped: reason").
        words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found[words.removeprefix("Skipped: ")] += 1
    return found
