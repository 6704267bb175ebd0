"""Several analyses side by side: ratios to a baseline, who is beaten in every figure, whose output differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .analysis.cost import Analysis
    from .types import Shape

COMPARED = ("params", "macs", "useful_macs", "peak_activation_bytes")
"""The figures in which one variant can beat another."""


class Variant(NamedTuple):
    """One network of a comparison."""

    name: str
    analysis: Analysis
    beaten_by: str | None
    same_output: bool

    @property
    def output_shapes(self) -> tuple[Shape, ...]:
        return tuple(shape for _, shape in self.analysis.outputs)


class Comparison:
    """Networks side by side, the baseline's name, and what follows from their figures."""

    def __init__(self, networks: Sequence[tuple[str, Analysis]], baseline: str) -> None:
        self.baseline = baseline
        base = next(analysis for name, analysis in networks if name == baseline)
        shapes = [shape for _, shape in base.outputs]
        self.variants = [
            Variant(name, analysis, _beaten_by(name, analysis, networks), [s for _, s in analysis.outputs] == shapes)
            for name, analysis in networks
        ]

    @property
    def base(self) -> Variant:
        return next(variant for variant in self.variants if variant.name == self.baseline)

    def ratio(self, variant: Variant, figure: str) -> float | None:
        """Baseline / variant: 8.7 means 8.7 times less; None where the variant's figure is 0."""
        own = getattr(variant.analysis.totals, figure)
        base: int = getattr(self.base.analysis.totals, figure)
        return base / own if own else None


def _beaten_by(name: str, analysis: Analysis, networks: Sequence[tuple[str, Analysis]]) -> str | None:
    """The first network with the same outputs that needs less of every compared figure."""
    own = [getattr(analysis.totals, figure) for figure in COMPARED]
    shapes = [shape for _, shape in analysis.outputs]
    for other, candidate in networks:
        figures = [getattr(candidate.totals, figure) for figure in COMPARED]
        if [shape for _, shape in candidate.outputs] == shapes and all(a < b for a, b in zip(figures, own)):
            return other
    return None


def distinct_names(analyses: Sequence[Analysis], words: Sequence[str]) -> list[str]:
    """A name for each network: its own, or where two share one its variant's, or the word it was asked for with."""
    for names in ([a.name for a in analyses], [a.variant or a.name for a in analyses], list(words)):
        if len(set(names)) == len(names):
            return names
    return [f"{word} ({i})" for i, word in enumerate(words, 1)]
