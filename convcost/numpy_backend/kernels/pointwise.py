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


def pointwise_weights(shapes: Sequence[Shape], *, out: int, groups: int, bias: bool, **_: Any) -> dict[str, Shape]:
    """A number per pair of channels of a group; with bias one per output channel."""
    return conv_weights(shapes, out=out, kernel=1, groups=groups, bias=bias)


def pointwise_work(shapes: Sequence[Shape], output: Shape, **fields: Any) -> int:
    """As the convolution that it is."""
    return conv_work(shapes, output, kernel=1, **fields)


@has(finishes=True)
def pointwise(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    out: int,
    stride: Any,
    groups: int,
    bias: bool,
    then: Rewrite | None = None,
) -> Array:
    """The channels of each position, mixed: a convolution whose window is one position."""
    return conv(
        meter,
        inputs,
        weights,
        out=out,
        kernel=1,
        stride=stride,
        padding=0,
        dilation=1,
        groups=groups,
        bias=bias,
        then=then,
    )
