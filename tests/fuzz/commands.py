"""Command lines: every option of every command with values that are right, odd, wrong and missing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from convcost.cli.group import COMMANDS
from tests.fuzz.judge import ACTIONS
from tests.fuzz.kind import SPEC, Case, Kind, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.fuzz.kind import Asker

HOSTILE = rb"""name: "::error::\e[31m##[group]x <b>| \u202e =1+1"
input: [3, 8, 8]
layers: [{conv: {out: 4, kernel: 3}, name: a/b-c_d}, relu]
variants: {"::error::v": {}, "##[x]": {}, "=cmd|x": {}, "\e[31mv": {}, "a@b": {}, "x,\ny": {}}
expect: {params: 1, source: "::error::\e]0;x\a ##[endgroup]"}
"""
FILES = {
    "two.yaml": b"input: {a: [2, 6, 6], b: [2, 6, 6]}\nlayers:\n  - {conv: {out: 3, kernel: 3}, from: b, name: c}\n  - relu\n",
    "variants.yaml": b"""name: some
vars: {c: 4}
input: [3, 8, 8]
blocks: {B: {params: {n: ~}, layers: [conv: {out: n, kernel: 3, padding: 1}, batch_norm, relu]}}
layers: [B: c, max_pool: 2, B: 2 * c]
variants: {small: {}, wide: {vars: {c: 6}}, other: {layers: [pointwise: c]}}
budgets: {params: 1k}
""",
    "broken.yaml": b"input: [3, 8, 8]\nlayers: [conv: {out: 4, kernel: 9}, rleu]\n",
    "hostile.yaml": HOSTILE,
    "text.txt": b"no spec at all\n",
    "binary.bin": b"\x00\xff\xfe\x01" * 9,
    "empty.yaml": b"",
    "one.json": b"{}\n",
    "line.yaml": b"input: [2, 40]\nlayers: [conv: {out: 3, kernel: 5, dilation: 2}, conv_transpose: {out: 2, kernel: 4, stride: 2}]\n",
}
SPECS = [
    SPEC,
    *FILES,
    "variants.yaml@wide",
    "variants.yaml@x",
    "variants.yaml@",
    "@",
    "-",
    "absent.yaml",
    ".",
    "",
    "squeezenet1_1",
    "lenet",
]
LISTS = [
    "[relu]",
    "[conv: {out: 4, kernel: 3}]",
    "[conv: {out: 4",
    "relu",
    "",
    "{}",
    "[conv: {out: c, kernel: 3}]",
    "[linear: 3]",
]
WORDS = [
    "",
    " ",
    "-",
    "--",
    "x",
    "0",
    "1",
    "-1",
    "3",
    "10",
    "5,5",
    "1,1,1",
    "8x8",
    "4",
    "1e9",
    "99999999999999999999",
    "é\u202e",
    "\x1b[31m",
]
WORDS += [
    "a",
    "b",
    "c",
    "conv1",
    "B1",
    "B1.conv1",
    "small",
    "wide",
    "input",
    "c=5",
    "c=",
    "=5",
    "c=1/0",
    "c=x",
    "git:HEAD",
    "git:",
    "git:x:y",
]
WORDS += [
    "layer,macs",
    "macs,,params",
    "json",
    "csv",
    "100MB",
    "1.5 GB",
    "2XB",
    "one.json",
    "text=out.txt",
    "sarif=out.sarif",
    "json=",
    "x=y",
    "3x8x8",
]
WORDS += [
    "2x6x6",
    "3x8x8x8",
    "0x1x1",
    "3x8x8x8x8",
    "8x8x3",
    "1x3x8x8",
    "auto",
    "always",
    "never",
    "error",
    "warning",
    "CC103",
    "conv",
    "macs",
    "mul",
]
BY_NAME: dict[str, list[str]] = {
    "specs": SPECS,
    "paths": [*SPECS, "*.yaml", "**/*.yaml", "[", "**"],
    "old": [*SPECS, "git:HEAD"],
    "new": SPECS,
    "layers": LISTS,
    "defined": ["c=5", "c=0", "c=2 * 3", "c=[1]", "c=relu", "x=1", "c", "=", "c=1.5", "c=" + "9" * 40],
    "size": [
        "3x8x8",
        "2x6x6",
        "3x30x30",
        "3x8",
        "3",
        "8x8x3",
        "1x3x8x8",
        "0x8x8",
        "3x",
        "x",
        "3x8x8x8x8",
        "3,9,9",
        "2x40",
        "-1x3",
        "3x" + "9" * 20,
    ],
    "tile": ["4", "4x4", "8", "1", "0", "x", "999999", "-3", "2x2x2"],
    "unit": ["0,0", "1,1", "3", "-1,-1", "99,0", "0,0,0", "x", ""],
    "name": ["vgg16", "lenet", "", "x"],
    "word": ["conv", "macs", "CC103", "rf", "mul", "", "x", "\u202e", "CC999"],
    "file": ["out.npz", "", "absent/out.npz", "."],
    "max_memory": ["100MB", "1B", "0", "x", "1.5GB", "-1"],
    "outputs": ["json=out.json", "sarif=out.sarif", "text=", "x=y", "json", "junit=absent/x"],
}
VARIABLES = [ACTIONS, ACTIONS, "COLUMNS=20", "NO_COLOR=1", "FORCE_COLOR=1"]
SLOW = ("squeezenet1_1", "*.yaml", "**/*.yaml", "**", ".")
"""Of `verify` and `check --verify`, which are not made for two seconds there."""


def command_of(word: str) -> click.Command:
    found: click.Command = import_module(f"convcost.cli.{word}").command
    return found


def value(parameter: click.Parameter, rng: Random) -> str:
    """What somebody may write for a parameter: something that fits, more often than not."""
    known = BY_NAME.get(parameter.name or "", WORDS)
    if isinstance(parameter.type, click.Choice):
        known = [str(choice) for choice in parameter.type.choices]
    elif isinstance(parameter.type, click.IntRange):
        known = ["1", "2", "3", "7", "0", "-1", "1000", "9" * 20, "x"]
    return rng.choice(known if rng.random() < 0.85 else WORDS)


def options(parameter: Any, rng: Random) -> list[str]:
    name = rng.choice([*parameter.opts, *parameter.secondary_opts])
    if parameter.is_flag:
        return [name]
    if rng.random() < 0.1 and name.startswith("--"):
        return [f"{name}={value(parameter, rng)}"]
    return [name] if rng.random() < 0.01 else [name, value(parameter, rng)]


def command_line(rng: Random) -> list[str]:
    word = rng.choice([*COMMANDS])
    parameters = command_of(word).params
    arguments = [parameter for parameter in parameters if isinstance(parameter, click.Argument)]
    choices = [parameter for parameter in parameters if isinstance(parameter, click.Option)]
    line: list[str] = []
    for parameter in arguments:
        count = rng.choice([0, 1, 1, 1, 2]) if parameter.nargs == -1 or not parameter.required else 1
        line += [value(parameter, rng) for _ in range(min(count, 1) if parameter.nargs == 1 else count)]
    for parameter in rng.choices(choices, k=rng.choice([0, 1, 1, 2, 3])) if choices else []:
        line[rng.randint(0, len(line)) :] += options(parameter, rng)
    if rng.random() < 0.03:
        line.insert(rng.randint(0, len(line)), rng.choice(["--help", "-h", "--nope", "-x", "--", "--version"]))
    if rng.random() < 0.02:
        word = rng.choice(["", "analyse", "--help", "--version", "-h", "\x1b"])
    return [word, *line]


def make(rng: Random) -> Case:
    while True:
        words = command_line(rng)
        runs = words[0] == "verify" or "--verify" in words
        walks = words[0] in ("check", "lock") and not any(word.endswith((".yaml", "-")) for word in words[1:])
        if not (runs and (walks or any(word.split("@")[0] in SLOW for word in words))):
            variables = [rng.choice(VARIABLES)] if rng.random() < 0.2 else []
            if ACTIONS in variables:
                words = ["hostile.yaml" if word.endswith(".yaml") else word for word in words]
            return Case(FILES["variants.yaml"], (*variables, *words))


def wrong(case: Case, asker: Asker) -> Iterator[str]:
    documents = written(case.document)
    for name, data in FILES.items():
        documents |= written(data, name)
    asker.ask(case.words, case.document, documents)
    yield from asker.found


KIND = Kind("commands", make, wrong)
