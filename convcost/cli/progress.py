"""How far a long run is, on a terminal."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Self, TextIO

from .. import wording
from ..render.formats.core.terminal import inert
from ..wording import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

LATE = 2.0
"""Seconds that a run may take without a word."""


class Progress:
    """A line on stderr that says what a run needs, and on a terminal, once it has taken a while, how far it is."""

    def __init__(self, stream: TextIO, name: str, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._name = inert(one_line(name))
        self._clock = clock
        self._start = clock()
        self._shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._show("")

    def needs(self, size: int) -> None:
        """Say how many bytes the run needs at most."""
        self._stream.write(f"{self._name} needs up to {wording.count(size, 'B')}\n")
        self._stream.flush()

    def at(self, done: int, whole: int) -> None:
        """So many layers have run."""
        if self._stream.isatty() and self._clock() - self._start >= LATE:
            self._show(f"{self._name}: layer {done:,} of {whole:,} ({wording.percent(done, whole)})")

    def _show(self, text: str) -> None:
        if text != self._shown:
            self._stream.write(f"\r{text.ljust(len(self._shown))}" + ("" if text else "\r"))
            self._stream.flush()
            self._shown = text
