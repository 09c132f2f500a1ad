"""A connector that makes its tasks, for whoever waits for it: a dry run, with its checks."""

import logging
import os
import time
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from connect.states import Kind
from connect.worker.child import TASK, Child, bare_environment, how_it_ended
from connect.worker.documents import egress, files_environment
from connect.worker.limits import ATTEMPT_CPU_S
from connect.worker.refusals import refused_targets
from streaming.cell.failure import Failure
from streaming.cell.task_account import task_account

log = logging.getLogger(__name__)

POLL_S: Final = 0.02
REFUSALS_MAX: Final = 100
"""Of one process that are heard."""


def configure(
    *,
    connector: str,
    kind: Kind,
    plugin: str,
    config: Mapping[str, str],
    cluster_id: str,
    within_s: float = 10.0,
) -> dict[str, Any]:
    """What ``python -m connect.task --configure`` answers for a config with its secrets in clear:
    ``{"event": "configured", …}`` or ``{"event": "failed", "message", "trace"?}``; ``refused`` in
    it are the targets, as host and port, that it wanted to reach and may not.

    Blocks for ``within_s`` seconds at most. The process has a bare environment, as tasks have.
    """
    document = {
        "connector": connector,
        "kind": kind.value,
        "plugin": plugin,
        "config": dict(config),
        "tasks_max": 1,
        "egress": egress(settings.HEADWATER),
    }
    try:
        account = task_account(os.environ)
    except Failure as failure:
        # The operator's to mend, and not for a tenant to read: it names folders.
        log.error("a connector cannot be tried: %s", failure)
        return {"event": "failed", "message": "this service cannot try connectors just now"}
    environment = bare_environment(files_environment(cluster_id, account))
    child = Child([*TASK, "--configure"], environment, document, account, ATTEMPT_CPU_S)
    deadline = time.monotonic() + within_s
    answer: dict[str, Any] | None = None
    heard: list[dict[str, Any]] = []
    while not child.ended and time.monotonic() < deadline:
        for event in child.read():
            if event["event"] in {"configured", "failed"}:
                answer = event
            elif event["event"] == "refused" and len(heard) < REFUSALS_MAX:
                heard.append(event)
        time.sleep(POLL_S)
    if not child.ended:
        child.kill()
        child.exit_code()
        answer = {"event": "failed", "message": f"the connector did not answer in {within_s:g} s"}
    elif answer is None:
        answer = {"event": "failed", "message": how_it_ended(child.exit_code())}
    else:
        child.exit_code()
    return {**answer, "refused": refused_targets(heard)}
