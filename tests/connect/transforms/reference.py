"""Write the tables of docs/connect-transforms.md, -converters.md and -connectors.md out of the
definitions: ``python -m tests.connect.transforms.reference``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from connect.catalogue import Kind, Plugin, catalogue
from connect.spi.config import as_text

_DOCS: Final = Path(__file__).parents[3] / "docs"
BEGIN: Final = "<!-- tables: from the definitions -->\n"


def of_converters() -> str:
    plugins = catalogue().all(Kind.CONVERTER, Kind.HEADER_CONVERTER)
    return "".join(f"\n## `{one.name}`\n{_names(one)}{_settings(one.load())}" for one in plugins)


def of_connectors() -> str:
    # Other tests bring connectors of their own.
    plugins = [
        plugin
        for plugin in catalogue().all(Kind.SOURCE, Kind.SINK)
        if plugin.path.startswith("connect.")
    ]
    return "".join(
        f"\n## `{one.name}`\n\n{one.load().doc}\n{_names(one)}{_settings(one.load())}"
        for one in plugins
    )


def of_transforms() -> str:
    transforms = [plugin.load() for plugin in catalogue().all(Kind.TRANSFORM)]
    predicates = [plugin.load() for plugin in catalogue().all(Kind.PREDICATE)]
    parts = [
        "\n## Transformations\n", *map(_table, _by_base(transforms)),
        "\n## Predicates\n", *map(_table, [[one] for one in predicates]),
    ]  # fmt: skip
    return "".join(parts)


TABLES: Final = {
    _DOCS / "connect-transforms.md": of_transforms,
    _DOCS / "connect-converters.md": of_converters,
    _DOCS / "connect-connectors.md": of_connectors,
}


def with_tables(page: Path) -> str:
    return page.read_text().partition(BEGIN)[0] + BEGIN + TABLES[page]()


def _names(plugin: Plugin) -> str:
    others = ", ".join(f"`{name}`" for name in plugin.names[1:])
    return f"\nAlso {others}.\n" if others else ""


def _by_base(plugins: Iterable[Any]) -> list[list[Any]]:
    """Those for the key and for the value together."""
    found: dict[str, list[Any]] = {}
    for plugin in plugins:
        found.setdefault(plugin.name.partition("$")[0], []).append(plugin)
    return list(found.values())


def _table(plugins: list[Any]) -> str:
    names = ", ".join(f"`{plugin.name}`" for plugin in plugins)
    return f"\n### {names}\n\n{plugins[0].doc}\n{_settings(plugins[0])}"


def _settings(plugin: Any) -> str:
    lines = []
    keys = plugin.config.keys
    if keys:
        lines.append("\n| setting | type | default | what |\n| --- | --- | --- | --- |\n")
    for key in keys:
        default = "(required)" if key.is_required else _shown(as_text(key.default))
        lines.append(f"| `{key.name}` | {key.type.value.lower()} | {default} | {key.doc} |\n")
    return "".join(lines)


def _shown(text: str | None) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    for path in TABLES:
        path.write_text(with_tables(path))
