from __future__ import annotations

from typing import TYPE_CHECKING

from .core.axis import Whole
from .core.fields import count
from .core.operation import must_divide
from .norm import Norm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import Complaint
    from ..types import Shape


class GroupNorm(Norm):
    """Group normalisation: each group of channels by its own mean and variance over all positions.

    Formulas:
        params = affine * 2 * C
        elementwise = 2 * elements

    Example:
        [64, 56, 56]
        group_norm: 32

    Source: Wu and He 2018, "Group normalization".
    """

    main = "groups"
    flat = True
    whole_input = True
    groups: int = count("parts the channels are split into")

    def axes(self, *inputs: Shape) -> list[Whole]:
        return [Whole(n, n) for n in inputs[0][1:]]

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from must_divide("groups", self.groups, inputs[0][0], "input channels")

    def label(self) -> str:
        return f"group_norm {self.groups} groups"
