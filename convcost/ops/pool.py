"""`max_pool` and `avg_pool`: windows that keep one number per channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from ..types import volume
from .core.fields import abreast, axes, flag, padding
from .core.operation import Op
from .core.windows import extent, sides, vanishing_windows, window_label, window_quantities, windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..types import Number, Shape
    from .core.axis import Window
    from .core.fields import Axes, Pads


class Pool(Op):
    """What both have: windows, `ceil_mode` and the bound on the padding."""

    main = "kernel"
    half_padded = True
    kernel: Axes = axes("size of the window")
    stride: Axes | None = axes("step of the window; the kernel where it is left out", default=None)
    padding: Pads = padding("positions around the input, at most half of k'", default=0)
    ceil_mode: bool = flag("keep a last window that reaches over the end", default=False)

    def spacing(self) -> Axes:
        """Distance between taps."""
        return 1

    def form(self) -> Iterator[Complaint]:
        for kernel, dilation, pads in abreast(self.kernel, self.spacing(), self.padding):
            reach, most = extent(kernel, dilation), max(sides(pads, 0))
            if 2 * most > reach:
                message = f"padding={most} must be at most half of the window, but the window spans {reach}"
                yield Complaint("CC104", "padding", message)
                return

    def axes(self, *inputs: Shape) -> Sequence[Window]:
        step = self.stride or self.kernel
        return windows(inputs[0][1:], self.kernel, step, self.spacing(), self.padding, self.ceil_mode)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from vanishing_windows(self.axes(*inputs), self.ceil_mode)

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *[a.m for a in self.axes(*inputs)])

    def window(self, *inputs: Shape) -> int:
        """Positions of one window, padding included."""
        return volume(tuple([a.kernel for a in self.axes(*inputs)]))

    def label(self) -> str:
        step = self.stride or self.kernel
        return f"{self.word} {window_label(self.kernel, step, self.spacing(), usual=self.kernel)}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        placed = self.axes(*inputs)
        first = placed[0]
        pads = {"before": first.before, "pads": first.before + first.after}
        return {**super().quantities(*inputs), **window_quantities(placed), **pads}


class MaxPool(Pool):
    """Max pooling: the largest value of each window; padding is never the largest.

    k' is the extent of the dilated kernel; "taps" the positions of one window. With ceil_mode a last window may reach
    over the end, unless it would start at or beyond n + before.

    Formulas:
        k' = dilation * (kernel - 1) + 1
        size = min(floor((n + pads - k' + ceil_mode * (stride - 1)) / stride), floor((n + before - 1) / stride)) + 1
        elementwise = (taps - 1) * elements

    Example:
        [64, 112, 112]
        max_pool: {kernel: 3, stride: 2, padding: 1}

    Source: PyTorch 2, ATen/native/Pool.h (the last window's rule).
    """

    dilation: Axes = axes("distance between taps", default=1)

    def spacing(self) -> Axes:
        return self.dilation

    def elementwise(self, *inputs: Shape) -> int:
        return (self.window(*inputs) - 1) * volume(self.shape(*inputs))


class AvgPool(Pool):
    """Average pooling: the mean of each window.

    It divides by the part of the window inside the input and its padding, or inside the input alone
    (count_include_pad: false, as TensorFlow). "taps" are the positions of one window. With ceil_mode a last window may
    reach over the end, unless it would start at or beyond n + before.

    Formulas:
        size = min(floor((n + pads - kernel + ceil_mode * (stride - 1)) / stride), floor((n + before - 1) / stride)) + 1
        elementwise = taps * elements

    Example:
        [1024, 7, 7]
        avg_pool: 7

    Source: PyTorch 2, ATen/native/Pool.h (the last window's rule).
    """

    count_include_pad: bool = flag("let padding count as zeros in the mean", default=True)

    def elementwise(self, *inputs: Shape) -> int:
        return self.window(*inputs) * volume(self.shape(*inputs))
