"""Specs whose text is damaged: bytes, tokens and lines are put in, taken out, doubled and moved; any bytes at all."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fuzz.kind import SPEC, Case, Kind, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from tests.fuzz.kind import Asker

ROOT = Path(__file__).parents[2]
COMMANDS = ("analyze", "analyze", "check", "rf", "compare")
TOKEN = re.compile(rb"[A-Za-z_]\w*|\d+|[^\w\s]|\s+")
PIECES = [
    *b"[]{}:,-?&*!|>'\"%@`#$()=+/\\~\n\r\t \0\x85\xff\xc3\x1b",
    *(b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xc3\xa9", b"\xe2\x80\xae"),
    *(b"null", b"~", b"true", b"no", b"0", b"-1", b"010", b"1_000", b"1e3", b"0x10", b"1.5", b".inf", b"1e999", b"2k"),
    *(b"conv", b"relu", b"add", b"in", b"input", b"cin", b"i", b"repeat", b"for", b"if", b"from", b"name", b"do"),
    *(b"$i", b"$(i)", b"$x", b"<<: *a", b"&a ", b"*a", b"!!int ", b"--- ", b"...\n", b"? ", b": ", b"- ", b"999999999"),
    *(b"a if b else c", b"max(8, 2)", b"not", b"lambda: 0", b"x[0]", b"x.y", b"((((", b"2 ** 3", b"1 // 0"),
]


@cache
def seeds() -> list[bytes]:
    """The texts that are damaged."""
    folders = ("tests/trials/cases", "examples", "specs")
    texts = [path.read_bytes() for folder in folders for path in sorted((ROOT / folder).glob("*.yaml"))]
    return [text for text in texts if len(text) < 4000]


def piece(rng: Random) -> bytes:
    found = rng.choice(PIECES)
    return bytes([found]) if isinstance(found, int) else found


def bytes_changed(text: bytes, rng: Random) -> bytes:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice([b"", piece(rng), rng.randbytes(1)]) + text[at + rng.choice([0, 0, 1, 2, 8]) :]


def token_changed(text: bytes, rng: Random) -> bytes:
    tokens = TOKEN.findall(text) or [b""]
    at = rng.randrange(len(tokens))
    tokens[at : at + 1] = rng.choice(
        [[], [tokens[at]] * 2, [rng.choice(tokens)], [piece(rng)], [piece(rng), tokens[at]]]
    )
    return b"".join(tokens)


def line_changed(text: bytes, rng: Random) -> bytes:
    lines = text.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    line = lines[at]
    change = rng.choice(["drop", "double", "swap", "indent", "outdent", "cut", "move"])
    if change == "swap":
        lines[at], lines[other] = lines[other], lines[at]
    elif change == "move":
        lines.insert(other, lines.pop(at))
    else:
        lines[at : at + 1] = {
            "drop": [],
            "double": [line, line],
            "indent": [b" " * rng.randint(1, 4) + line],
            "outdent": [line[rng.randint(1, 4) :]],
            "cut": [line[: rng.randint(0, len(line))]],
        }[change]
    return b"\n".join(lines)


def spliced(text: bytes, rng: Random) -> bytes:
    other = rng.choice(seeds())
    return text[: rng.randint(0, len(text))] + other[rng.randint(0, len(other)) :]


CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    bytes_changed,
    token_changed,
    token_changed,
    line_changed,
    spliced,
)


def damaged(text: bytes, rng: Random) -> bytes:
    """The text after one to four changes."""
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        text = rng.choice(CHANGES)(text, rng)
    return text


def make(rng: Random) -> Case:
    if rng.random() < 0.02:
        return Case(rng.randbytes(rng.randint(0, 300)), ("analyze", SPEC))
    command = rng.choice(COMMANDS)
    style = rng.choice([(), (), ("--json",)])
    return Case(damaged(rng.choice(seeds()), rng), (command, SPEC, *style))


def wrong(case: Case, asker: Asker) -> Iterator[str]:
    asker.ask(case.words, documents=written(case.document))
    yield from asker.found


KIND = Kind("texts", make, wrong)
