"""One network asked in many ways: every command, format and spelling has to give the same figures."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from tests.fuzz.grammar import Ordered, document
from tests.fuzz.kind import SPEC, Case, Kind, written
from tests.fuzz.writing import freely, plainly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.fuzz.kind import Asker

COUNTS = ("params", "macs", "useful_macs", "elementwise")
FIELD = ("size", "min", "max", "stride", "start", "center")
OTHER = "other.yaml"
VERIFIED = 3_000_000
"""MACs: larger networks are not run."""


def make(rng: Random) -> Case:
    """A document, and the seed of its other spellings."""
    state = rng.getstate()
    seed = rng.getrandbits(32)
    rng.setstate(state)
    return Case(plainly(document(rng)).encode(), ("spellings", str(seed)))


def wrong(case: Case, asker: Asker) -> Iterator[str]:
    asking = Asking(case.document, asker)
    first = asking.json(["analyze", SPEC])
    if first is not None:  # a document that is wrong was told so; other kinds look at how
        for question in QUESTIONS:
            yield from question(asking, first)
            if asker.found:
                break
        yield from spellings(asking, first, Random(case.words[1]))
    yield from asker.found


class Asking:
    """A document in the folder of the trials, and the commands that are asked about it."""

    def __init__(self, data: bytes, asker: Asker) -> None:
        self.data = data
        self.documents = written(data)
        self.asker = asker

    def json(self, words: Sequence[str], stdin: bytes = b"", codes: tuple[int, ...] = (0,)) -> Any:
        """The document that a command gives; None where it gives none."""
        answer = self.asker.ask([*words, "--json"], stdin, self.documents)
        return json.loads(answer.out) if answer.code in codes and answer.out and not self.asker.found else None

    def variants(self) -> list[str]:
        return re.findall(r"^  (base|other|short):", self.data.decode(), re.MULTILINE)


def same(what: str, found: Any, right: Any) -> Iterator[str]:
    if found != right:
        yield f"{what}: {difference(found, right)}"


def difference(found: Any, right: Any, path: str = "") -> str:
    """The first place where two documents differ."""
    if isinstance(found, dict) and isinstance(right, dict) and found.keys() == right.keys():
        return next(difference(found[key], right[key], f"{path}.{key}") for key in found if found[key] != right[key])
    if isinstance(found, list) and isinstance(right, list) and len(found) == len(right):
        i = next(i for i in range(len(found)) if found[i] != right[i])
        return difference(found[i], right[i], f"{path}[{i}]")
    return f"{path} is {str(found)[:200]}, but analyze says {str(right)[:200]}"


# One question each. -------------------------------------------------------------------------------------------


def totals_are_sums(asking: Asking, first: Any) -> Iterator[str]:
    for key in COUNTS:
        yield from same(f"sum of {key}", sum(layer[key] for layer in first["layers"]), first["totals"][key])
    yield from same("flops", 2 * first["totals"]["macs"], first["totals"]["flops"])


def csv_is_json(asking: Asking, first: Any) -> Iterator[str]:
    answer = asking.asker.ask(["analyze", SPEC, "--format", "csv"], documents=asking.documents)
    rows = [*csv.DictReader(StringIO(answer.out))]
    yield from same("csv: layers", [row["layer"] for row in rows], [layer["name"] for layer in first["layers"]])
    for row, layer in zip(rows, first["layers"]):
        for key in ("params", "macs"):
            yield from same(f"csv: {key} of {layer['name']}", int(row[key]), layer[key])
        yield from same(f"csv: output of {layer['name']}", row["output"], "x".join(map(str, layer["output_shape"])))


def stdin_is_a_file(asking: Asking, first: Any) -> Iterator[str]:
    yield from same("-", figures(asking.json(["analyze", "-"], asking.data)), figures(first))


def rf_agrees(asking: Asking, first: Any) -> Iterator[str]:
    found = asking.json(["rf", SPEC])
    if found is None:
        return
    yield from same("rf: network", found["network"], first["receptive_field"])
    yield from same(
        "rf: layers", [layer["name"] for layer in found["layers"]], [layer["name"] for layer in first["layers"]]
    )
    for layer, known in zip(found["layers"], first["layers"]):
        if known["receptive_field"]:
            right = known["receptive_field"]
            yield from same(
                f"rf: {layer['name']}", {key: layer[key] for key in FIELD}, {key: right[key] for key in FIELD}
            )


def compare_agrees(asking: Asking, first: Any) -> Iterator[str]:
    variants = asking.variants()
    words = [SPEC] if variants else [SPEC, SPEC]
    found = asking.json(["compare", *words], codes=(0, 1))
    if not found:
        return
    for row in found["variants"]:
        right = first
        if variants:
            right = asking.json(["analyze", f"{SPEC}@{row['name']}"])
            also = asking.json(["analyze", SPEC, "--variant", row["name"]])
            if right is None:
                continue
            yield from same(f"--variant {row['name']}", also, right)
        yield from same(f"compare: totals of {row['name']}", row["totals"], right["totals"])
        shapes = [output["shape"] for output in right["outputs"]]
        yield from same(f"compare: outputs of {row['name']}", row["output_shapes"], shapes)
        yield from same(f"compare: field of {row['name']}", row["receptive_field"], right["receptive_field"])


def check_agrees(asking: Asking, first: Any) -> Iterator[str]:
    """The figures of `analyze` hold as published ones and as budgets, and one more or less does not."""
    base = re.sub(rb"^(budgets|variants):\n(  .*\n)*", b"", asking.data, flags=re.MULTILINE)
    for extra, code in ((0, 0), (1, 1)):
        totals = {key: first["totals"][key] + extra for key in ("params", "macs")}
        told = f"expect: {{params: {totals['params']}, macs: {totals['macs']}, source: analyze}}\n"
        limits = [
            f"{key}: {first['totals'][key]}" for key in ("params", "macs", "useful_macs", "peak_activation_bytes")
        ]
        data = base + (told + f"budgets: {{{', '.join(limits)}}}\n").encode()
        answer = asking.asker.ask(["check", OTHER], documents=written(data, OTHER))
        if not asking.variants():
            yield from same(f"check with {extra} more: exit code", answer.code, code)


def diff_agrees(asking: Asking, first: Any) -> Iterator[str]:
    found = asking.json(["diff", SPEC, SPEC])
    if found is None:
        return
    yield from same("diff: same", found["same"], True)
    for key, value in first["totals"].items():
        if key in found["totals"]:
            right = {"old": value, "new": value, "change": 0}
            yield from same(f"diff: {key}", {k: found["totals"][key][k] for k in right}, right)


def verify_agrees(asking: Asking, first: Any) -> Iterator[str]:
    if first["totals"]["macs"] > VERIFIED:
        return
    found = asking.json(["verify", f"{SPEC}@{asking.variants()[0]}" if asking.variants() else SPEC], codes=(0, 1))
    if found is None:
        return
    if not found["agree"]:
        yield f"verify: {found['problems'][0]['message']}"
    for key, pair in found["totals"].items():
        yield from same(f"verify: {key}", pair["formula"], first["totals"][key])
    for layer, known in zip(found["layers"], first["layers"]):
        for key in ("params", "macs", "useful_macs"):
            yield from same(f"verify: {key} of {layer['name']}", layer[key]["formula"], known[key])


QUESTIONS = (
    totals_are_sums,
    csv_is_json,
    stdin_is_a_file,
    rf_agrees,
    compare_agrees,
    check_agrees,
    diff_agrees,
    verify_agrees,
)


# Other spellings of the same document. ------------------------------------------------------------------------


def spellings(asking: Asking, first: Any, rng: Random) -> Iterator[str]:
    """Keys in other orders, block and flow style, comments, CRLF, other names: the same figures."""
    for _ in range(2):
        data = freely(data_of(yaml.load(asking.data, yaml.BaseLoader)), rng)  # noqa: S506 (a loader of plain texts)
        renamed = rng.random() < 0.5
        if renamed:
            data = re.sub(r"\bq(\d+)", r"other-\1-name", data)
        answer = asking.asker.ask(["analyze", OTHER, "--json"], documents=written(data.encode(), OTHER))
        if answer.code != 0:
            yield f"spelled otherwise: exit code {answer.code}: {answer.err[:300]}\n{data}"
            return
        found = json.loads(re.sub(r"\bother-(\d+)-name", r"q\1", answer.out) if renamed else answer.out)
        yield from (f"{sentence}\n{data}" for sentence in same("spelled otherwise", figures(found), figures(first)))


def data_of(value: Any, key: str = "") -> Any:
    """A parsed text as the data that `writing` writes: numbers and words, and maps whose order means something."""
    if isinstance(value, dict):
        kind = Ordered if key in ("input", "vars", "variants", "params", "add", "mul", "concat") else dict
        return kind({name: data_of(item, name) for name, item in value.items()})
    if isinstance(value, list):
        return [data_of(item) for item in value]
    known = {"~": None, "true": True, "false": False}
    return known[value] if value in known else int(value) if value.isdigit() else value


def figures(found: Any) -> Any:
    """A document of `analyze` without what a file gives it: its name, and places in its text."""
    if found is None:
        return None
    layers = [{key: value for key, value in layer.items() if key != "line"} for layer in found["layers"]]
    return {**{key: value for key, value in found.items() if key not in ("name", "notes")}, "layers": layers}


KIND = Kind("consistency", make, wrong)
