from __future__ import annotations

from typing import TYPE_CHECKING

from .core.kernel import InPlace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite


@InPlace
def dropout(meter: Meter, weights: Mapping[str, Array], *, rate: int | Fraction) -> Rewrite:
    """Changes nothing when a network is run."""
    return lambda x: None
