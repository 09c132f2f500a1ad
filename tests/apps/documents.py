"""Examples in documents: cut out as they are printed, and what they say compared with what came."""

import json
import os
import re
import subprocess
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
SECONDS = 60


def section(name, title):
    """The text of ``docs/NAME`` below the heading ``title``, which is of the second level."""
    text = (DOCS / name).read_text()
    begin = text.index(f"\n## {title}\n")
    end = text.find("\n## ", begin + 1)
    return text[begin : end if end > 0 else None]


def examples(text, language, answer):
    """Each block of ``language`` that a block of ``answer`` follows, with that: pairs of texts."""
    return re.findall(rf"```{language}\n(.*?)```\n\n```{answer}\n(.*?)```", text, re.DOTALL)


def documents(text):
    """The JSON documents that stand one after another in ``text``."""
    decoder, found, position = json.JSONDecoder(), [], 0
    text = text.strip()
    while position < len(text):
        document, position = decoder.raw_decode(text, position)
        found.append(document)
        while position < len(text) and text[position].isspace():
            position += 1
    return found


def differs(shown, real, at="answer"):
    """Where ``real`` is not as shown; "…" stands for anything, and it may have more fields."""
    if shown == "…":
        return []
    if isinstance(shown, dict) and isinstance(real, dict):
        return [
            fault
            for name, value in shown.items()
            for fault in (
                differs(value, real[name], f"{at}.{name}")
                if name in real
                else [f"{at}.{name} is absent"]
            )
        ]
    if isinstance(shown, list) and isinstance(real, list) and len(shown) == len(real):
        pairs = enumerate(zip(shown, real, strict=True))
        return [fault for n, (one, two) in pairs for fault in differs(one, two, f"{at}[{n}]")]
    return [] if shown == real else [f"{at} is {real!r}, shown as {shown!r}"]


def said(command, variables, folder):
    """What ``command`` prints, run in ``folder`` with ``variables`` and the usual programs."""
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def hold(scripts, variables, folder):
    """Run shell scripts in their order: each prints the documents that it is shown with."""
    for script, shown in scripts:
        printed = said(("bash", "-euo", "pipefail", "-c", script), variables, folder)
        assert differs(documents(shown), documents(printed)) == [], (script, printed)
