"""Several analyses side by side: ratios to a baseline, who is beaten, whose output differs.

One network beats another with the same outputs if it is no worse in any of the figures that decide, and better in one
(Pareto): less is better of what it costs, more of the field, and a finer grid.
"""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, NamedTuple

from .field.extent import IRREGULAR, NOTHING, WHOLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import Problem
    from ..types import Number, Shape
    from .cost import Analysis

COSTS = ("params", "macs", "peak_activation_bytes")
"""Totals in which one variant can beat another."""


class Variant(NamedTuple):
    """One network of a comparison; `beaten_by` names one that beats it and that nobody beats."""

    name: str
    analysis: Analysis
    beaten_by: str | None
    same_output: bool

    @property
    def output_shapes(self) -> tuple[Shape, ...]:
        return tuple(shape for _, shape in self.analysis.outputs)


class Comparison:
    """Networks side by side, the baseline's name, and what follows from their figures; `left_out` names those that have
    mistakes, and `problems` has these."""

    def __init__(
        self,
        networks: Sequence[tuple[str, Analysis]],
        baseline: str,
        left_out: Sequence[str] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        self.baseline = baseline
        self.left_out = tuple(left_out)
        self.problems = tuple(problems)
        base = next(analysis for name, analysis in networks if name == baseline)
        shapes = [shape for _, shape in base.outputs]
        beaten = winners([standing(analysis) for _, analysis in networks])
        self.variants = [
            Variant(name, analysis, None if by is None else networks[by][0], [s for _, s in analysis.outputs] == shapes)
            for (name, analysis), by in zip(networks, beaten)
        ]

    @property
    def base(self) -> Variant:
        return next(variant for variant in self.variants if variant.name == self.baseline)

    def ratio(self, variant: Variant, figure: str) -> float | None:
        """Baseline / variant: 8.7 means 8.7 times less; None where the variant's figure is 0."""
        own = getattr(variant.analysis.totals, figure)
        base: int = getattr(self.base.analysis.totals, figure)
        return base / own if own else None


class Standing(NamedTuple):
    """What decides who beats whom: networks of one kind are compared in figures of which less is better."""

    kind: tuple[object, ...]
    figures: tuple[float | Number, ...]

    def beats(self, other: Standing) -> bool:
        """Whether it is no worse in any figure, and better in one."""
        no_worse = all(own <= theirs for own, theirs in zip(self.figures, other.figures))
        return self.kind == other.kind and no_worse and self.figures != other.figures


def standing(analysis: Analysis) -> Standing:
    """How a network stands among others. Those that make the same tensors, and have a field and a grid along as many
    axes or have none, are of one kind."""
    field, grid = _field(analysis), analysis.grid or ()
    costs = [getattr(analysis.totals, figure) for figure in COSTS]
    kind = ([shape for _, shape in analysis.outputs], len(field), len(grid))
    return Standing(kind, (*costs, *[-size for size in field], *grid))


def compared(analysis: Analysis) -> list[str]:
    """The figures in which a network can beat others."""
    return [*COSTS, *["receptive_field"] * bool(_field(analysis)), *["grid"] * bool(analysis.grid)]


def _field(analysis: Analysis) -> Sequence[float]:
    """The size of the field along each axis: the whole input is the largest, and one that cannot be listed is neither
    smaller nor larger than another."""
    field = analysis.spatial_field
    if isinstance(field, tuple):
        return [extent.largest for extent in field]
    return [{WHOLE: inf, NOTHING: 0, IRREGULAR: nan}[field]] * analysis.spatial_axes if field else ()


def winners(standings: Sequence[Standing]) -> list[int | None]:
    """By whom each is beaten: the first such that is beaten by nobody itself; None where nobody beats it."""
    by = [[i for i, other in enumerate(standings) if other.beats(one)] for one in standings]
    return [next((i for i in better if not by[i]), None) for better in by]


def distinct_names(analyses: Sequence[Analysis], words: Sequence[str]) -> list[str]:
    """A name for each network: its own, or where two share one its variant's, or the word it was asked for with."""
    for names in ([a.name for a in analyses], [a.variant or a.name for a in analyses], list(words)):
        if len(set(names)) == len(names):
            return names
    return [f"{word} ({i})" for i, word in enumerate(words, 1)]
