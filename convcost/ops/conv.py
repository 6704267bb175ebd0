from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..types import volume
from .base import Op, axes, by, count, flag, must_divide, padding
from .windows import vanishing_windows, windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import Complaint
    from ..types import Number, Shape
    from .axis import Window
    from .base import Axes, Pads


class Conv(Op):
    """Convolution: each output channel weighs a window over all channels of its group.

    k' is the extent of the dilated kernel; "taps" the weights of one window; "positions" those of the output.

    Formulas:
        k' = dilation * (kernel - 1) + 1
        size = floor((n + pads - k') / stride) + 1
        params = C * out / groups * taps + out * bias
        macs = C * out / groups * taps * positions
        elementwise = bias * elements

    Example:
        [64, 56, 56]
        conv: {out: 128, kernel: 3, stride: 2, padding: 1}

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", relations 6 and 15.
    """

    out: int = count("channels of the output")
    kernel: Axes = axes("size of the window")
    stride: Axes = axes("step of the window", default=1)
    padding: Pads = padding("zeros around the input", default=0)
    dilation: Axes = axes("distance between taps", default=1)
    groups: int = count("parts the channels are split into; each sees only its own", default=1)
    bias: bool = flag("add a learnable number per output channel", default=True)

    def axes(self, *inputs: Shape) -> list[Window]:
        return windows(inputs[0][1:], self.kernel, self.stride, self.dilation, self.padding)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from must_divide("groups", self.groups, inputs[0][0], "input channels")
        yield from must_divide("groups", self.groups, self.out, "output channels")
        yield from vanishing_windows(self.axes(*inputs))

    def shape(self, *inputs: Shape) -> Shape:
        return (self.out, *[a.m for a in self.axes(*inputs)])

    def channel_pairs(self, channels: int) -> int:
        """Pairs of an input and an output channel that share a group."""
        return channels * self.out // self.groups

    def params(self, *inputs: Shape) -> int:
        taps = volume(tuple(a.kernel for a in self.axes(*inputs)))
        return self.channel_pairs(inputs[0][0]) * taps + self.out * self.bias

    def macs(self, *inputs: Shape) -> int:
        return self.channel_pairs(inputs[0][0]) * volume(tuple(a.taps for a in self.axes(*inputs)))

    def useful_macs(self, *inputs: Shape) -> int:
        return self.channel_pairs(inputs[0][0]) * volume(tuple(a.useful for a in self.axes(*inputs)))

    def elementwise(self, *inputs: Shape) -> int:
        return self.bias * volume(self.shape(*inputs))

    def label(self) -> str:
        return f"conv {window_label(self.kernel, self.stride, self.dilation, self.groups)}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), **window_quantities(self.axes(*inputs))}


def window_label(kernel: Axes, stride: Axes = 1, dilation: Axes = 1, groups: int = 1) -> str:
    """`3x3 /2 d2 g32`: kernel, stride, dilation and groups where they are not 1."""
    rank = max(len(v) if isinstance(v, tuple) else 0 for v in (kernel, stride, dilation)) or 2
    words = [by(kernel, rank)]
    if stride != 1:
        words.append(f"/{stride if isinstance(stride, int) else by(stride)}")
    if dilation != 1:
        words.append(f"d{dilation if isinstance(dilation, int) else by(dilation)}")
    if groups != 1:
        words.append(f"g{groups}")
    return " ".join(words)


def window_quantities(axes: list[Window]) -> dict[str, Number]:
    """The numbers of the first axis, and the products over all, for worked examples."""
    first = axes[0]
    return {
        "n": first.n,
        "kernel": first.kernel,
        "stride": first.stride,
        "dilation": first.dilation,
        "pads": first.before + first.after,
        "k'": first.dilation * (first.kernel - 1) + 1,
        "taps": volume(tuple(a.kernel for a in axes)),
        "positions": volume(tuple(a.m for a in axes)),
    }
