"""What the built page fetches before it can show anything stays within its budget."""

import re
from pathlib import Path
from typing import Final

import pytest

from streaming.cell.program import CHECKOUT

BUILD: Final = CHECKOUT / "frontend" / "dist"
BUDGET_BYTES: Final = 300_000
"""Scripts and styles that the page names, and whatever those import at once, gzipped."""


def eager(build: Path) -> set[str]:
    """File names under ``assets``."""
    page = (build / "index.html").read_text(encoding="utf-8")
    found: set[str] = set()
    waiting = re.findall(r"/assets/([\w.-]+\.(?:js|css))\"", page)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name.endswith(".js"):
            script = (build / "assets" / name).read_text(encoding="utf-8")
            waiting += re.findall(r"(?:from|import)\s*[\"']\./([\w.-]+\.js)[\"']", script)
    return found


def test_the_first_load_is_within_its_budget() -> None:
    if not (BUILD / "index.html").exists():
        pytest.skip("needs: the console's build")
    files = eager(BUILD)
    assert any(name.endswith(".js") for name in files)
    assert any(name.endswith(".css") for name in files)
    sizes = {name: (BUILD / "assets" / f"{name}.gz").stat().st_size for name in files}
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes


def test_what_is_imported_lazily_is_not_counted(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script src="/static/console/assets/a.js"></script>')
    scripts = {
        "a.js": 'import{x}from"./b.js";import("./lazy.js")',
        "b.js": 'import "./c.js"',
        "c.js": "",
        "lazy.js": "",
    }
    for name, script in scripts.items():
        (tmp_path / "assets" / name).write_text(script)
    assert eager(tmp_path) == {"a.js", "b.js", "c.js"}
