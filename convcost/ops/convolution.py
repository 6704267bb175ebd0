"""What `conv` and `conv_transpose` have in common: the same weights, and one product per weight and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.fields import axes, count, flag, padding
from .core.operation import BIAS, Op, must_divide
from .core.windows import window_label, window_quantities

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..errors import Complaint
    from ..types import Number, Shape
    from .core.axis import Scatter, Window
    from .core.fields import Axes, Pads


class Convolution(Op):
    """Weights between the channels of a group, placed along axes that know how many products each place has."""

    out: int = count("channels of the output")
    kernel: Axes = axes("size of the window")
    stride: Axes = axes("step of the window", default=1)
    padding: Pads = padding("zeros around the input", default=0)
    dilation: Axes = axes("distance between taps", default=1)
    groups: int = count("parts the channels are split into; each sees only its own", default=1)
    bias: bool = flag("add a learnable number per output channel", default=True)

    def axes(self, *inputs: Shape) -> Sequence[Window | Scatter]:
        raise NotImplementedError

    def form(self) -> Iterator[Complaint]:
        yield from must_divide("groups", self.groups, self.out, "output channels")

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from must_divide("groups", self.groups, inputs[0][0], "input channels")

    def shape(self, *inputs: Shape) -> Shape:
        return (self.out, *[a.m for a in self.axes(*inputs)])

    def channel_pairs(self, channels: int) -> int:
        """Pairs of an input and an output channel that share a group."""
        return channels * self.out // self.groups

    def weights(self, *inputs: Shape) -> dict[str, int]:
        taps = volume(tuple([a.kernel for a in self.axes(*inputs)]))
        return {"weight": self.channel_pairs(inputs[0][0]) * taps, BIAS: self.out * self.bias}

    def macs(self, *inputs: Shape) -> int:
        return self.channel_pairs(inputs[0][0]) * volume(tuple([a.taps for a in self.axes(*inputs)]))

    def useful_macs(self, *inputs: Shape) -> int:
        return self.channel_pairs(inputs[0][0]) * volume(tuple([a.useful for a in self.axes(*inputs)]))

    def elementwise(self, *inputs: Shape) -> int:
        return self.bias * volume(self.shape(*inputs))

    def label(self) -> str:
        return f"{self.word} {window_label(self.kernel, self.stride, self.dilation, self.groups)}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), **window_quantities(self.axes(*inputs))}
