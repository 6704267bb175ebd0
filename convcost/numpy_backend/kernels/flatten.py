from __future__ import annotations

from typing import TYPE_CHECKING

from .core.kernel import has

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter


@has(view=True, flat=True)
def flatten(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """One vector, channel after channel; the same memory where that lies channels first."""
    return inputs[0].reshape(-1)
