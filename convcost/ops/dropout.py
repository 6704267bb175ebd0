from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .core.fields import number, plain
from .core.operation import Op

if TYPE_CHECKING:
    from ..types import Number


class Dropout(Op):
    """Dropout: zeroes a share of the values while training; when the network is run it changes nothing.

    Example:
        [4096]
        dropout: 0.5

    Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
    """

    main = "rate"
    flat = True
    in_place = True
    rate: Number = number("share of the values that is dropped in training", default=Fraction(1, 2))

    def label(self) -> str:
        return f"dropout {plain(self.rate)}"
