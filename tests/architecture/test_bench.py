"""Measurements run rarely: what they import must be there all the same."""

import importlib

import pytest

from streaming.cell.program import CHECKOUT

MODULES = sorted(file.stem for file in (CHECKOUT / "bench").glob("*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_a_measurement_finds_what_it_uses(name: str) -> None:
    importlib.import_module(f"bench.{name}")
