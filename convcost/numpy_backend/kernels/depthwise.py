from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .conv import conv, conv_weights, conv_work
from .core.kernel import has

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite


def depthwise_weights(
    shapes: Sequence[Shape], *, kernel: Any, multiplier: int, bias: bool, **_: Any
) -> dict[str, Shape]:
    """`multiplier` windows for each channel; with bias a number for each."""
    channels = shapes[0][0]
    return conv_weights(shapes, out=channels * multiplier, kernel=kernel, groups=channels, bias=bias)


def depthwise_work(shapes: Sequence[Shape], output: Shape, *, multiplier: int, **fields: Any) -> int:
    """As the convolution that it is."""
    channels = shapes[0][0]
    return conv_work(shapes, output, out=channels * multiplier, groups=channels, **fields)


@has(finishes=True)
def depthwise(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    multiplier: int,
    bias: bool,
    then: Rewrite | None = None,
) -> Array:
    """Every channel by itself: a convolution with as many groups as the array has channels."""
    channels = inputs[0].shape[0]
    return conv(
        meter,
        inputs,
        weights,
        out=channels * multiplier,
        kernel=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=channels,
        bias=bias,
        then=then,
    )
