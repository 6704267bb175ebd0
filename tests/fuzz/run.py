"""Random trials of the whole program, the same ones for the same seed: `python tests/fuzz/run.py --seconds 60 --seed 7`.

Five kinds take turns: texts, documents, expressions, commands, consistency. Whatever goes wrong is printed with what
reproduces it, a document made as small as lines allow, and ends the run with exit code 1. The last line is the figure.

    --only KIND      trials of one kind
    --replay KIND:N  trial N of the kind, with the same seed; or a FILE: its text, as a document of every kind
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.conftest import forget  # noqa: E402
from tests.fuzz import commands, consistency, documents, expressions, texts  # noqa: E402
from tests.fuzz.kind import Asker, Case, Kind  # noqa: E402
from tests.fuzz.running import VARIABLES  # noqa: E402
from tests.fuzz.shrinking import shrunk  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KINDS = {kind.name: kind for kind in (texts.KIND, documents.KIND, expressions.KIND, commands.KIND, consistency.KIND)}
TURNS = {"expressions": 5, "consistency": 1, "texts": 2, "documents": 3, "commands": 2}
"""Trials of a kind in each round: a cheap one has more."""
SHOWN = 20
"""Failures of which each is printed; the rest are counted."""
FORGOTTEN = 50
"""Rounds after which what the program remembers is forgotten, for a command does not live that long."""
ADDRESS_SPACE = 6 * 2**30


class Failure(NamedTuple):
    """What went wrong, and where it is found again."""

    kind: str
    number: int
    case: Case
    sentence: str


def tried(kind: Kind, number: int, seed: int) -> tuple[int, Failure | None]:
    """Trial `number` of a kind: how many calls it took, and what went wrong."""
    rng = Random(f"{seed}/{kind.name}/{number}")
    case = kind.make(rng)
    calls, sentence = judged(kind, case, rng)
    return calls, Failure(kind.name, number, case, sentence) if sentence else None


def judged(kind: Kind, case: Case, rng: Random) -> tuple[int, str | None]:
    """How many calls a case takes, and the first thing that is wrong with it."""
    asker = Asker(rng)
    with workplace():
        sentence = next(kind.wrong(case, asker), None)
    return asker.calls, sentence


@contextlib.contextmanager
def workplace() -> Iterator[None]:
    """A folder of its own for one case, to be in and to leave files in."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def numbers(names: Iterable[str]) -> Iterator[tuple[Kind, int]]:
    """Which trial comes next, for ever."""
    turn = 0
    while True:
        for name in names:
            for i in range(TURNS[name]):
                yield KINDS[name], turn * TURNS[name] + i
        turn += 1
        if turn % FORGOTTEN == 0:
            forget()


def minimal(failure: Failure) -> Case:
    """The case with a smaller document that goes wrong with the same words (without their numbers and names)."""
    kind, words = KINDS[failure.kind], _form(failure.sentence)

    def still_wrong(document: bytes) -> bool:
        _, sentence = judged(kind, failure.case._replace(document=document), Random(0))
        return sentence is not None and _form(sentence) == words

    return failure.case._replace(document=shrunk(failure.case.document, still_wrong))


def _form(sentence: str) -> str:
    return "".join(c for c in sentence.partition("\n")[0][:80] if not c.isdigit())


def shown(failure: Failure, seed: int) -> str:
    case = minimal(failure)
    return (
        f"FAILURE {failure.kind}:{failure.number} (--seed {seed} --replay {failure.kind}:{failure.number})\n"
        f"  {failure.sentence}\n"
        f"  asked: {' '.join(case.words) or '-'}\n"
        f"{case.document.decode(errors='backslashreplace')}\n"
    )


def run(seed: int, seconds: float, names: Iterable[str], most: int | None = None) -> int:
    """Trials until the time is up, or so many; the exit code."""
    start, calls, failures = time.monotonic(), 0, 0
    seen: set[str] = set()
    for count, (kind, number) in enumerate(numbers(names)):
        if time.monotonic() - start > seconds or count == most:
            break
        more, failure = tried(kind, number, seed)
        calls += more
        if failure:
            failures += 1
            if _form(failure.sentence) not in seen and len(seen) < SHOWN:
                print(shown(failure, seed), flush=True)
            seen.add(_form(failure.sentence))
    print(f"{calls:,} calls, {failures:,} failures, seed {seed}, {time.monotonic() - start:.1f} s")
    return 1 if failures else 0


def replay(what: str, seed: int) -> int:
    """One trial again, or a file as a document of every kind that has one; the exit code."""
    name, _, number = what.partition(":")
    if name in KINDS and number.isdecimal():
        _, failure = tried(KINDS[name], int(number), seed)
        failures = [failure] if failure else []
    else:
        data = Path(what).read_bytes()
        cases = [(documents.KIND, Case(data, words)) for words in documents.COMMANDS]
        cases.append((consistency.KIND, Case(data, ("spellings", str(seed)))))
        failures = []
        for kind, case in cases:
            _, sentence = judged(kind, case, Random(seed))
            failures += [Failure(kind.name, 0, case, sentence)] if sentence else []
    for failure in failures:
        print(shown(failure, seed))
    print(f"{len(failures)} failures, seed {seed}")
    return 1 if failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=KINDS, action="append")
    parser.add_argument("--replay", metavar="KIND:N|FILE")
    given = parser.parse_args()
    for name in VARIABLES:
        os.environ.pop(name, None)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    if given.replay:
        return replay(given.replay, given.seed)
    return run(given.seed, given.seconds, given.only or [*KINDS])


if __name__ == "__main__":
    sys.exit(main())
