from __future__ import annotations

from typing import TYPE_CHECKING

from .conv import Conv, conv
from .core.fields import axes, count, flag
from .core.operation import Alias, must_divide
from .core.windows import one_or_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import Complaint
    from ..types import Shape
    from .core.fields import Axes


class Pointwise(Alias):
    """Pointwise convolution: mixes the channels of each position, a conv with kernel 1.

    Formulas:
        size = floor((n - 1) / stride) + 1
        params = C * out / groups + out * bias
        macs = C * out / groups * positions
        elementwise = bias * elements

    Example:
        [64, 56, 56]
        pointwise: 128

    Source: Lin, Chen and Yan 2013, "Network in network".
    """

    main = "out"
    out: int = count("channels of the output")
    stride: Axes = axes("step between the positions that are kept", default=1)
    groups: int = count("parts the channels are split into; each sees only its own", default=1)
    bias: bool = flag("add a learnable number per output channel", default=True)

    def form(self) -> Iterator[Complaint]:
        yield from must_divide("groups", self.groups, self.out, "output channels")

    def equivalent(self, *inputs: Shape) -> Conv:
        return conv(out=self.out, kernel=1, stride=self.stride, groups=self.groups, bias=self.bias)

    def label(self) -> str:
        words = ["pointwise"]
        if self.stride != 1:
            words.append(f"/{one_or_all(self.stride)}")
        if self.groups != 1:
            words.append(f"g{self.groups}")
        return " ".join(words)
