from __future__ import annotations

from typing import TYPE_CHECKING

from .conv import Conv, conv
from .core.fields import axes, count, flag, padding
from .core.operation import Alias
from .core.windows import window_label

if TYPE_CHECKING:
    from ..types import Shape
    from .core.fields import Axes, Pads


class Depthwise(Alias):
    """Depthwise convolution: every channel is filtered by itself, a conv with groups = C and out = C * multiplier.

    Formulas:
        k' = dilation * (kernel - 1) + 1
        size = floor((n + pads - k') / stride) + 1
        params = C * multiplier * taps + C * multiplier * bias
        macs = C * multiplier * taps * positions
        elementwise = bias * elements

    Example:
        [64, 56, 56]
        depthwise: {kernel: 3, padding: 1}

    Source: Howard et al. 2017, "MobileNets", section 3.1.
    """

    main = "kernel"
    kernel: Axes = axes("size of the window")
    stride: Axes = axes("step of the window", default=1)
    padding: Pads = padding("zeros around the input", default=0)
    dilation: Axes = axes("distance between taps", default=1)
    multiplier: int = count("output channels per input channel", default=1)
    bias: bool = flag("add a learnable number per output channel", default=True)

    def equivalent(self, *inputs: Shape) -> Conv:
        channels = inputs[0][0]
        return conv(
            out=channels * self.multiplier,
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=channels,
            bias=self.bias,
        )

    def label(self) -> str:
        times = f" x{self.multiplier}" if self.multiplier != 1 else ""
        return f"depthwise {window_label(self.kernel, self.stride, self.dilation)}{times}"
