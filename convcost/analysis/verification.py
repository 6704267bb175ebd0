"""What a verification found, as plain values: each figure as the formula has it and as the execution showed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from ..wording import counted

if TYPE_CHECKING:
    from ..errors import Problem
    from ..types import Shape

T = TypeVar("T")


class Pair(NamedTuple, Generic[T]):
    """One figure and its two witnesses."""

    formula: T
    execution: T

    @property
    def agrees(self) -> bool:
        return self.formula == self.execution


class VerifiedLayer(NamedTuple):
    """A layer's figures. `field` says whether the receptive field was confirmed."""

    name: str
    op: str
    label: str
    output_shape: Pair[Shape]
    params: Pair[int]
    macs: Pair[int]
    useful_macs: Pair[int]
    field: bool
    line: int


class VerifiedTotals(NamedTuple):
    """The figures of the network, in the order JSON has them."""

    params: Pair[int]
    macs: Pair[int]
    useful_macs: Pair[int]
    flops: Pair[int]
    activations: Pair[int]
    peak_activation_bytes: Pair[int]


class Verification:
    """The figures of one network, confirmed or not, and a problem for each that is not."""

    def __init__(
        self,
        name: str,
        variant: str | None,
        inputs: dict[str, Shape],
        layers: list[VerifiedLayer],
        totals: VerifiedTotals,
        problems: list[Problem],
        share: tuple[int, int],
    ) -> None:
        self.name = name
        self.variant = variant
        self.inputs = inputs
        self.layers = layers
        self.totals = totals
        self.problems = tuple(problems)
        self.share = share
        """The MACs of what was run, and those of the whole: they differ after `quick` and for chosen layers."""

    @property
    def agree(self) -> bool:
        """Whether formula and execution agree on every figure that is compared."""
        return not self.problems

    @property
    def weighted(self) -> int:
        """The layers that multiply by weights."""
        return sum(bool(layer.macs.execution) for layer in self.layers)

    @property
    def summary(self) -> str:
        """One line to quote."""
        layers, products = len(self.layers), self.totals.macs.execution
        verdict = (
            "every figure compared agrees" if self.agree else f"{counted(len(self.problems), 'figure')} not confirmed"
        )
        return (
            f"{counted(layers, 'layer')} ({self.weighted:,} with weights), "
            f"{counted(products, 'multiplication')} counted; {verdict}"
        )
