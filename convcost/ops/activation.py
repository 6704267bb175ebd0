from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.operation import Op

if TYPE_CHECKING:
    from ..types import Shape


class Activation(Op):
    """What all have: a function of each element, one operation."""

    flat = True
    in_place = True

    def elementwise(self, *inputs: Shape) -> int:
        return volume(inputs[0])


class Relu(Activation):
    """ReLU: max(x, 0).

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        relu

    Source: Nair and Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".
    """


class Relu6(Activation):
    """ReLU6: min(max(x, 0), 6).

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        relu6

    Source: Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10".
    """


class Elu(Activation):
    """ELU: x where it is positive, else exp(x) - 1.

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        elu

    Source: Clevert et al. 2016, "Fast and accurate deep network learning by exponential linear units".
    """


class Selu(Activation):
    """SELU: ELU with the two constants that keep mean and variance.

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        selu

    Source: Klambauer et al. 2017, "Self-normalizing neural networks".
    """


class Silu(Activation):
    """SiLU (swish): x * sigmoid(x).

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        silu

    Source: Elfwing, Uchibe and Doya 2018, "Sigmoid-weighted linear units".
    """


class Gelu(Activation):
    """GELU: x times the normal distribution function of x, by erf.

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        gelu

    Source: Hendrycks and Gimpel 2016, "Gaussian error linear units".
    """


class Mish(Activation):
    """Mish: x * tanh(ln(1 + exp(x))).

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        mish

    Source: Misra 2020, "Mish: a self regularized non-monotonic activation function".
    """


class Sigmoid(Activation):
    """Sigmoid: 1 / (1 + exp(-x)).

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        sigmoid
    """


class Hardsigmoid(Activation):
    """Hard sigmoid: x / 6 + 1 / 2, between 0 and 1.

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        hardsigmoid

    Source: Howard et al. 2019, "Searching for MobileNetV3", section 5.2.
    """


class Hardswish(Activation):
    """Hard swish: x times the hard sigmoid of x.

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        hardswish

    Source: Howard et al. 2019, "Searching for MobileNetV3", section 5.2.
    """


class Tanh(Activation):
    """Hyperbolic tangent.

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        tanh
    """


class Softmax(Activation):
    """Softmax over the channels of each position: exponential, sum, quotient.

    Formulas:
        elementwise = 3 * elements

    Example:
        [1000]
        softmax
    """

    def elementwise(self, *inputs: Shape) -> int:
        return 3 * volume(inputs[0])
