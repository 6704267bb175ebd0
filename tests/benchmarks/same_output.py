"""Do two checkouts print the same? Runs some 850 commands in both and compares bytes and exit codes.

    python tests/benchmarks/same_output.py ../before .

For changes that move code and must not change what is seen. Prints each command whose stdout, stderr or exit code
differ, with a diff of the first lines; exits with 1 where there are any.
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from itertools import pairwise
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 20
"""Lines of a difference that are printed."""

Words = tuple[str, ...]
Answer = tuple[int, str, str]


def commands(checkout: Path) -> Iterator[Words]:
    """Every command with every format on every spec and example, each word of explain, and slips."""
    specs = [
        str(path.relative_to(checkout))
        for folder in ("specs", "examples")
        for path in sorted((checkout / folder).glob("*.yaml"))
    ]
    varied = [spec for spec in specs if "\nvariants:" in (checkout / spec).read_text(encoding="utf-8")]
    for spec in specs:
        for style in ("text", "json", "csv", "markdown"):
            yield "analyze", spec, "--format", style
            yield "rf", spec, "--format", style
        yield "analyze", spec, "--exact", "--depth", "1"
        yield "check", spec, "--advice"
        for style in ("text", "json", "markdown", "github", "gitlab", "sarif", "junit"):
            yield "check", spec, "--format", style
    for spec in varied:
        for style in ("text", "json", "csv", "markdown"):
            yield "compare", spec, "--format", style
            yield "compare", spec, "--format", style, "--layers"
    for old, new in pairwise(specs):
        for style in ("text", "json", "csv", "markdown"):
            yield "diff", old, new, "--format", style
    for style in ("text", "json", "csv", "markdown"):
        yield "specs", "--format", style
        yield "verify", "mobilenet_v1", "--quick", "--format", style
        yield "rf", "vgg16", "--need", "400", "--format", style
        yield "rf", "vgg16", "--unit", "7,7", "--layer", "conv3_3", "--format", style
        yield "rf", "segnet", "--tile", "128", "--format", style
    yield from (("schema",), ("explain",), ("specs", "vgg16"), (), ("--help",), ("--version",))
    for word in (
        "conv",
        "max_unpool",
        "macs",
        "receptive_field",
        "CC103",
        "CC303",
        "CC505",
        "expect",
        "budgets",
        "div8",
    ):
        yield "explain", word
    for name in ("analyze", "compare", "check", "lock", "diff", "rf", "specs", "explain", "verify", "schema"):
        yield name, "--help"
        yield name, "--nosuch"
        yield name, "nosuch.yaml"
    for text in ("[conv: {out: 8}]", "[cnv: 3]", "[conv: {out: 8, kernel: 3, groups: 2}]", "{", "[relu: ]]"):
        yield "analyze", "-e", text, "--input", "3x8x8"
        yield "check", "-"


def answer(checkout: Path, words: Words) -> Answer:
    run = subprocess.run(
        [sys.executable, "-m", "convcost", *words],
        cwd=checkout,
        env={**environ, "PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"},
        input="input: [3, 8, 8]\nlayers: [relu]\n",
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


def difference(before: Answer, after: Answer) -> list[str]:
    sides = [f"exit code {code}\n{out}\n-- stderr\n{err}".splitlines() for code, out, err in (before, after)]
    return list(unified_diff(*sides, "before", "after", lineterm="", n=0))


def main() -> int:
    before, after = (Path(word).resolve() for word in sys.argv[1:])
    every = list(dict.fromkeys(commands(before)))
    different = 0
    with ThreadPoolExecutor(2) as pool:
        pairs = pool.map(lambda words: (answer(before, words), answer(after, words)), every)
        for words, (old, new) in zip(every, pairs):
            if old != new:
                different += 1
                lines = difference(old, new)
                print(f"$ convcost {' '.join(words)}", *lines[:SHOWN], "", sep="\n")
    print(f"{len(every)} commands, {different} different")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
