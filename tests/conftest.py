"""Screens are what a person sees, kept as files. `pytest --renew-screens` writes them anew; read the diff then."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.museum.mutants import Patch

SCREENS = Path(__file__).parent / "data" / "screens"


SEED = os.environ.get("SEED") or str(SystemRandom().randrange(10**9))
"""Of the random networks: a new one in every run."""


def pytest_report_header() -> str:
    return f"random networks: SEED={SEED} makes the same ones again"


@pytest.fixture
def seed() -> str:
    return SEED


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-screens", action="store_true", help="write the files under tests/data/screens/ anew")


@pytest.fixture
def screen(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the screen of that name."""
    renew: bool = request.config.getoption("--renew-screens")

    def compare(name: str, shown: str) -> None:
        path = SCREENS / f"{name}.txt"
        if renew:
            path.write_text(shown, encoding="utf-8", newline="\n")
        assert shown == path.read_text(encoding="utf-8"), f"if this is meant: pytest --renew-screens, then read {path}"

    return compare


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Patch], None]]:
    """Put a wrong formula in the place of ours, for one test; nothing computed before or by it is remembered."""

    def change(patch: Patch) -> None:
        forget()
        patch(monkeypatch)

    yield change
    monkeypatch.undo()
    forget()


def forget() -> None:
    """Empty every cache of the formulas and of what asks them."""
    for name, module in list(sys.modules.items()):
        if name.startswith("convcost.") and not name.startswith("convcost.numpy_backend"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
