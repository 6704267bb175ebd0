from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .activation import Activation
from .core.fields import number, plain

if TYPE_CHECKING:
    from ..types import Number


class LeakyRelu(Activation):
    """Leaky ReLU: x where it is positive, else slope * x.

    Formulas:
        elementwise = elements

    Example:
        [64, 56, 56]
        leaky_relu: 0.1

    Source: Maas, Hannun and Ng 2013, "Rectifier nonlinearities improve neural network acoustic models".
    """

    main = "slope"
    slope: Number = number("factor of negative values", default=Fraction(1, 100))

    def label(self) -> str:
        return f"leaky_relu {plain(self.slope)}"
