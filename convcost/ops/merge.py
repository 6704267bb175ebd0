"""`add`, `mul` and `concat`: several tensors become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from ..types import dims, volume
from .core.axis import Whole, Window
from .core.operation import Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Number, Shape


class Merge(Op):
    """What all have: at least two tensors, and each position reads its own place in all of them."""

    flat = True
    merges = True

    def axes(self, *inputs: Shape) -> list[Window]:
        return [Window(n, n) for n in self.shape(*inputs)[1:]]

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        if len(inputs) < 2:
            yield Complaint("CC109", "", f"{self.word} must get at least two tensors, but gets one")

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "tensors": len(inputs)}


class Elementwise(Merge):
    """What add and mul have: shapes agree, or all but one are C x 1 x 1 and are stretched."""

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from super().check(*inputs)
        whole = self.shape(*inputs)
        stretched = (whole[0], *[1] * (len(whole) - 1))
        others = list(inputs)
        others.remove(whole)
        if others.count(whole) != len(others) != others.count(stretched):
            small = f" (or C{'x1' * (len(whole) - 1)})" if len(whole) > 1 else ""
            message = f"{self.word} must get equal shapes{small}, but gets {' and '.join(map(_shown, inputs))}"
            yield Complaint("CC106", "", message)

    def shape(self, *inputs: Shape) -> Shape:
        return max(inputs, key=volume)

    def input_axes(self, index: int, *inputs: Shape) -> list[Window | Whole]:
        sizes = self.shape(*inputs)[1:]
        return [Window(m, m) if n == m else Whole(n, m) for n, m in zip(inputs[index][1:], sizes)]

    def elementwise(self, *inputs: Shape) -> int:
        return (len(inputs) - 1) * volume(self.shape(*inputs))


class Add(Elementwise):
    """Sum of tensors of one shape; a C x 1 x 1 tensor is added to every position.

    Formulas:
        elementwise = (tensors - 1) * elements

    Example:
        [64, 56, 56] and [64, 56, 56]
        add: skip

    Source: He et al. 2016, "Deep residual learning for image recognition".
    """


class Mul(Elementwise):
    """Product of tensors of one shape; a C x 1 x 1 tensor weighs every position.

    Formulas:
        elementwise = (tensors - 1) * elements

    Example:
        [64, 56, 56] and [64, 1, 1]
        mul: gate

    Source: Hu, Shen and Sun 2018, "Squeeze-and-excitation networks".
    """


class Concat(Merge):
    """Tensors of one size, their channels one after the other.

    Example:
        [64, 56, 56] and [128, 56, 56]
        concat: skip

    Source: Ronneberger, Fischer and Brox 2015, "U-Net".
    """

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from super().check(*inputs)
        for shape in inputs:
            if shape[1:] != inputs[0][1:]:
                message = f"concat must get equal sizes, but gets {_shown(inputs[0])} and {_shown(shape)}"
                yield Complaint("CC106", "", message)
                return

    def shape(self, *inputs: Shape) -> Shape:
        return (sum(shape[0] for shape in inputs), *inputs[0][1:])


def _shown(shape: Shape) -> str:
    return dims(shape) if len(shape) > 1 else f"[{shape[0]}]"
