"""Write the tables of docs/connect-transforms.md out of the definitions: ``python -m
tests.connect.transforms.reference``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from connect.catalogue import Kind, catalogue
from connect.spi.config import as_text

PAGE: Final = Path(__file__).parents[3] / "docs" / "connect-transforms.md"
BEGIN: Final = "<!-- tables: from the definitions -->\n"


def tables() -> str:
    transforms = [plugin.load() for plugin in catalogue().all(Kind.TRANSFORM)]
    predicates = [plugin.load() for plugin in catalogue().all(Kind.PREDICATE)]
    parts = [
        "\n## Transformations\n", *map(_table, _by_base(transforms)),
        "\n## Predicates\n", *map(_table, [[one] for one in predicates]),
    ]  # fmt: skip
    return "".join(parts)


def with_tables(page: str) -> str:
    return page.partition(BEGIN)[0] + BEGIN + tables()


def _by_base(plugins: Iterable[Any]) -> list[list[Any]]:
    """Those for the key and for the value together."""
    found: dict[str, list[Any]] = {}
    for plugin in plugins:
        found.setdefault(plugin.name.partition("$")[0], []).append(plugin)
    return list(found.values())


def _table(plugins: list[Any]) -> str:
    names = ", ".join(f"`{plugin.name}`" for plugin in plugins)
    lines = [f"\n### {names}\n\n{plugins[0].doc}\n"]
    keys = plugins[0].config.keys
    if keys:
        lines.append("\n| setting | type | default | what |\n| --- | --- | --- | --- |\n")
    for key in keys:
        default = "(required)" if key.is_required else _shown(as_text(key.default))
        lines.append(f"| `{key.name}` | {key.type.value.lower()} | {default} | {key.doc} |\n")
    return "".join(lines)


def _shown(text: str | None) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
