"""One kernel per primitive operation, in NumPy; the same file names as `ops/`, and nothing of them.

A kernel takes arrays channels first, ``(C, *sizes)``, and gives one back; how they lie in memory is its own business
(most keep channels last). Its fields are the plain values of a spec. It knows no formula for the size of its result:
windows are gathered where they fit, products are scattered onto a canvas. It multiplies only through the meter.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..words import file_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from ..types import Shape
    from .kernels.core.kernel import Kernel


def find(word: str) -> Kernel:
    """The kernel of an operation; imports only its file.

    Raises LookupError for a word without one.
    """
    kernel: Kernel | None = _attribute(word, word)
    if kernel is None:
        raise LookupError(f"there is no kernel for {word}")
    return kernel


def find_weights(word: str) -> Callable[..., dict[str, Shape]] | None:
    """The function that says which arrays a kernel reads, ``(shapes, **fields) -> {name: shape}``; None for none."""
    found: Callable[..., dict[str, Shape]] | None = _attribute(word, f"{word}_weights")
    return found


def find_work(word: str) -> Callable[..., int] | None:
    """The function that says how many elements a kernel holds at most beside its inputs, output and weights, blocks
    apart, ``(shapes, output, **fields) -> number``; None for no more than a copy of its inputs, or of its output."""
    found: Callable[..., int] | None = _attribute(word, f"{word}_work")
    return found


def _attribute(word: str, name: str) -> Any:
    return getattr(_module(file_of(word)), name, None)


@cache
def _module(file: str) -> ModuleType | None:
    name = f"{__name__}.kernels.{file}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
