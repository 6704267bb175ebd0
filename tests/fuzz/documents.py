"""Documents of the whole language, valid and nearly valid, through every command that takes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fuzz.grammar import document, spoiled
from tests.fuzz.kind import SPEC, Case, Kind, written
from tests.fuzz.texts import damaged
from tests.fuzz.writing import freely, plainly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.fuzz.kind import Asker

COMMANDS = (
    ("analyze", SPEC),
    ("analyze", SPEC, "--json"),
    ("analyze", SPEC, "--depth", "1", "--exact"),
    ("analyze", SPEC, "--format", "csv"),
    ("analyze", SPEC, "--format", "markdown"),
    ("analyze", f"{SPEC}@other"),
    ("compare", SPEC),
    ("compare", SPEC, SPEC, "--layers"),
    ("check", SPEC),
    ("check", SPEC, "--advice"),
    ("check", SPEC, "--json"),
    ("rf", SPEC),
    ("rf", SPEC, "--json"),
    ("rf", SPEC, "--need", "30"),
    ("rf", SPEC, "--tile", "4"),
    ("rf", SPEC, "--profile"),
    ("rf", SPEC, "--grow"),
    ("diff", SPEC, SPEC, "--all"),
    ("verify", SPEC, "--max-memory", "100MB"),
)
MEASURED = ("verify",)
"""Commands that take the longer the larger the network is: for documents that were not spoiled."""


def make(rng: Random) -> Case:
    drawn = document(rng)
    draw = rng.random()
    if draw < 0.4:
        text = freely(drawn, rng)
    else:
        for _ in range(rng.choice([1, 1, 2, 3])):
            drawn = spoiled(drawn, rng)
        text = freely(drawn, rng) if draw < 0.7 else plainly(drawn)
    data = text.encode(errors="replace")
    if draw > 0.9:
        data = damaged(data, rng)
    commands = [words for words in COMMANDS if draw < 0.4 or words[0] not in MEASURED]
    return Case(data, rng.choice(commands))


def wrong(case: Case, asker: Asker) -> Iterator[str]:
    asker.ask(case.words, documents=written(case.document))
    yield from asker.found


KIND = Kind("documents", make, wrong)
