"""Counters and gauges as Prometheus text (exposition format 0.0.4). Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[dict[str, str], float]
"""(labels, value)."""


def family(name: str, kind: str, what: str, samples: Iterable[Sample]) -> Iterator[str]:
    """The lines of all samples of one name. ``kind`` is ``counter`` or ``gauge``."""
    yield f"# HELP {name} {what}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        text = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
        yield f"{name}{{{text}}} {value}" if text else f"{name} {value}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
