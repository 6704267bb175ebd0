from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.axis import Whole
from .core.fields import flag
from .core.operation import BIAS, Op

if TYPE_CHECKING:
    from ..types import Shape


class Norm(Op):
    """What all normalisations have: a scale and a shift per channel, two operations per element."""

    affine: bool = flag("a learnable scale and shift per channel", default=True)

    def weights(self, *inputs: Shape) -> dict[str, int]:
        channels = self.affine * inputs[0][0]
        return {"weight": channels, BIAS: channels}

    def elementwise(self, *inputs: Shape) -> int:
        return 2 * volume(inputs[0])


class BatchNorm(Norm):
    """Batch normalisation: each channel by the mean and variance met in training, which are not learnable.

    Formulas:
        params = affine * 2 * C
        elementwise = 2 * elements

    Example:
        [64, 56, 56]
        batch_norm

    Source: Ioffe and Szegedy 2015, "Batch normalization".
    """

    main = "affine"
    flat = True
    in_place = True


class InstanceNorm(Norm):
    """Instance normalisation: each channel by its own mean and variance over all positions.

    Formulas:
        params = affine * 2 * C
        elementwise = 2 * elements

    Example:
        [64, 56, 56]
        instance_norm

    Source: Ulyanov, Vedaldi and Lempitsky 2016, "Instance normalization".
    """

    main = "affine"
    whole_input = True

    def axes(self, *inputs: Shape) -> list[Whole]:
        return [Whole(n, n) for n in inputs[0][1:]]


class LayerNorm(Norm):
    """Layer normalisation over the channels, at each position by itself.

    Formulas:
        params = affine * 2 * C
        elementwise = 2 * elements

    Example:
        [96, 56, 56]
        layer_norm

    Source: Ba, Kiros and Hinton 2016, "Layer normalization"; Liu et al. 2022, "A ConvNet for the 2020s".
    """

    main = "affine"
    flat = True
