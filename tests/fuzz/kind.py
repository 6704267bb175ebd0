"""What a kind of trial is: cases made from a random generator, and what is wrong with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.fuzz.judge import faults
from tests.fuzz.running import Answer, call, call_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

SPEC = "net.yaml"
APART = 0.003
"""The share of calls that are made a second time, in a process of their own."""


class Case(NamedTuple):
    """What reproduces a trial: a document, and a command line or whatever else its kind asks of it."""

    document: bytes
    words: tuple[str, ...] = ()


class Kind(NamedTuple):
    """`make` draws a case, `wrong` yields what is wrong with it, a sentence each."""

    name: str
    make: Callable[[Random], Case]
    wrong: Callable[[Case, Asker], Iterator[str]]


class Asker:
    """Runs commands in the folder of the trials, judges each answer, and counts them."""

    def __init__(self, rng: Random) -> None:
        self.calls = 0
        self.found: list[str] = []
        self._rng = rng

    def ask(self, words: Sequence[str], stdin: bytes = b"", documents: dict[str, bytes] | None = None) -> Answer:
        """The answer of a command; what no answer may be is added to `found`."""
        self.calls += 1
        answer = call(words, stdin)
        named = {"<stdin>": stdin, **(documents or {})}
        self._add(words, faults(words, answer, named))
        if self._rng.random() < APART and not answer.trouble and not self.found and not writes(words):
            self.calls += 1
            apart = call_apart(words, stdin)
            if apart[:3] != answer[:3]:
                self._add(words, [f"another answer in a process of its own: {apart} for {answer}"[:600]])
        return answer

    def _add(self, words: Sequence[str], sentences: Iterator[str] | list[str]) -> None:
        self.found += [f"convcost {' '.join(map(repr, words))}: {sentence}" for sentence in sentences]


def writes(words: Sequence[str]) -> bool:
    """Whether a command leaves files behind, so that it does not answer twice alike."""
    return bool({"lock", "--update", "-o", "--output"} & set(words))


def written(document: bytes, name: str = SPEC) -> dict[str, bytes]:
    """Put a document into the folder of the trials; how `Asker.ask` wants to know it."""
    with open(name, "wb") as stream:
        stream.write(document)
    return {name: document}
