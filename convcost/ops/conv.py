from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..types import volume
from .convolution import Convolution
from .core.windows import vanishing_windows, windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..errors import Complaint
    from ..types import Number, Shape
    from .core.axis import Window


class Conv(Convolution):
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

    def axes(self, *inputs: Shape) -> Sequence[Window]:
        return windows(inputs[0][1:], self.kernel, self.stride, self.dilation, self.padding)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from super().check(*inputs)
        yield from vanishing_windows(self.axes(*inputs))

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        first = self.axes(*inputs)[0]
        positions = volume(self.shape(*inputs)[1:])
        return {**super().quantities(*inputs), "pads": first.before + first.after, "positions": positions}


conv = lru_cache(maxsize=1024)(Conv)
"""A convolution that other operations stand for; each of their formulas asks for it."""
