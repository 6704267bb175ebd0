from __future__ import annotations

from typing import TYPE_CHECKING

from .core.fields import axes, count, flag, padding
from .core.operation import Composite
from .core.windows import window_label
from .depthwise import Depthwise
from .pointwise import Pointwise

if TYPE_CHECKING:
    from .core.fields import Axes, Pads
    from .core.operation import Op


class Separable(Composite):
    """Depthwise separable convolution: a depthwise convolution without bias, then a pointwise one with it (as Keras).

    Formulas:
        k' = dilation * (kernel - 1) + 1
        size = floor((n + pads - k') / stride) + 1
        params = C * multiplier * (taps + out) + out * bias
        macs = C * multiplier * (taps + out) * positions
        elementwise = bias * elements

    Example:
        [64, 56, 56]
        separable: {out: 128, kernel: 3, padding: 1}

    Source: Chollet 2017, "Xception: deep learning with depthwise separable convolutions".
    """

    out: int = count("channels of the output")
    kernel: Axes = axes("size of the depthwise window")
    stride: Axes = axes("step of the window", default=1)
    padding: Pads = padding("zeros around the input", default=0)
    dilation: Axes = axes("distance between taps", default=1)
    multiplier: int = count("channels between the parts, per input channel", default=1)
    bias: bool = flag("add a learnable number per output channel, in the pointwise part", default=True)

    def parts(self) -> tuple[tuple[str, Op], ...]:
        depthwise = Depthwise(
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            multiplier=self.multiplier,
            bias=False,
        )
        return ("depthwise", depthwise), ("pointwise", Pointwise(out=self.out, bias=self.bias))

    def label(self) -> str:
        return f"separable {window_label(self.kernel, self.stride, self.dilation)}"
