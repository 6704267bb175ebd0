"""Every published mistake, made on purpose: verify reports it, with the code of its kind and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convcost.analysis.cost import Analysis
from convcost.analysis.field.coverage import coverage, read_sets
from convcost.api.network import Network
from tests.museum.mutants import MUTANTS, NO_FORMULA, Mutant

if TYPE_CHECKING:
    from collections.abc import Callable

    from convcost.graph import Graph
    from tests.museum.mutants import Patch

WANTED = [
    "T12",
    "T13",
    "C14",
    "P1",
    "P2",
    "P5",
    "P6",
    "P7",
    "P8",
    "R1",
    "R2",
    "R3",
    "R4",
    "R5",
    "R6",
    "R7",
    "R8",
    "R9",
    "R12",
]
ROWS = Path(__file__).parents[1] / "data" / "cases" / "wrong_answers.csv"


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_the_mistake_is_caught(mutant: Mutant, changed: Callable[[Patch], None]) -> None:
    assert problems(mutant.spec) == []
    changed(mutant.patch)
    found = problems(mutant.spec)
    assert found, "not caught"
    assert {code for code, _ in found} == {mutant.code}


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_the_mutant_says_what_the_tool_says(mutant: Mutant, changed: Callable[[Patch], None]) -> None:
    graph = Network.from_text(mutant.spec).graph()
    right = figure(graph, mutant.figure)
    changed(mutant.patch)
    assert figure(Network.from_text(mutant.spec).graph(), mutant.figure) == mutant.wrong
    assert right != mutant.wrong


def problems(spec: str) -> list[tuple[str, str]]:
    found = Network.from_text(spec).verify()
    return [(problem.code, problem.layer) for problem in found.problems]


def figure(graph: Graph, name: str) -> object:
    layer = Analysis(graph).layers[-1]
    field = layer.receptive_field
    if name == "coverage":
        return coverage(field, read_sets(graph)[-1])
    if name in ("field", "center"):
        assert isinstance(field, tuple)
        if name == "field":
            return tuple(extent.largest for extent in field)
        above, below = field[0].center or (0, 0)
        return above / below
    return layer.output_shape if name == "output_shape" else getattr(layer.cost, name)


def test_no_published_mistake_is_missing() -> None:
    with ROWS.open(encoding="utf-8") as file:
        rows = [row["id"] for row in csv.DictReader(file)]
    assert {mutant.row for mutant in MUTANTS} == {*rows, *WANTED}
    every = [f"{kind}{i}" for kind, count in (("T", 14), ("C", 17), ("P", 8), ("R", 15)) for i in range(1, count + 1)]
    assert {*rows, *WANTED, *NO_FORMULA} == {*every}
    assert not {*rows, *WANTED} & {*NO_FORMULA}


def test_every_mistake_has_a_public_source() -> None:
    assert all(mutant.source.startswith("https://github.com/") for mutant in MUTANTS)
