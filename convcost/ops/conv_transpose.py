from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from ..types import volume
from .convolution import Convolution
from .core.fields import SAME, abreast, axes, padding, per_axis
from .core.windows import pads_of, scatters, vanishing_scatters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..types import Number, Shape
    from .core.axis import Scatter
    from .core.fields import Axes, Pads


class ConvTranspose(Convolution):
    """Transposed convolution: each input position adds a weighted window to the output; the gradient of `conv`.

    k' is the extent of the dilated kernel; "taps" the weights of one window; "positions" those of the *input*, each of
    which meets every weight once. `same` gives n * stride; pads are what is cropped, negative where it adds positions.

    Formulas:
        k' = dilation * (kernel - 1) + 1
        size = (n - 1) * stride + k' + output_padding - pads
        params = C * out / groups * taps + out * bias
        macs = C * out / groups * taps * positions
        elementwise = bias * elements

    Example:
        [64, 28, 28]
        conv_transpose: {out: 32, kernel: 4, stride: 2, padding: 1}

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", relation 14.
    """

    stride: Axes = axes("distance between the windows that two neighbours write", default=1)
    padding: Pads = padding("positions cropped from each side of the output", default=0)
    output_padding: Axes = axes("positions added at the end of the output", default=0, minimum=0)

    def form(self) -> Iterator[Complaint]:
        yield from super().form()
        for extra, stride, dilation, pads in abreast(self.output_padding, self.stride, self.dilation, self.padding):
            if extra and pads in SAME:
                message = f"output_padding must be left out where padding is {pads}, but is {extra}"
                yield Complaint("CC109", "output_padding", message)
                return
            if extra >= max(stride, dilation):
                message = (
                    f"output_padding={extra} must be below the stride or the dilation, "
                    f"but these are {stride} and {dilation}"
                )
                yield Complaint("CC104", "output_padding", message)
                return

    def axes(self, *inputs: Shape) -> Sequence[Scatter]:
        return scatters(inputs[0][1:], self.kernel, self.stride, self.dilation, self.padding, self.output_padding)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from super().check(*inputs)
        yield from vanishing_scatters(self.axes(*inputs), self.output_padding)

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        extra = per_axis(self.output_padding, len(inputs[0]) - 1)[0]
        pads = pads_of(self.axes(*inputs)[0], extra)
        return {**super().quantities(*inputs), "pads": pads, "positions": volume(inputs[0][1:])}
