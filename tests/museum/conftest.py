from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.museum.mutants import Mutant


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mutant], None]]:
    """Put a mutant in the place of the right formula, for one test; nothing computed before or by it is remembered."""

    def change(mutant: Mutant) -> None:
        forget()
        mutant.patch(monkeypatch)

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
