from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arrays import per_axis
from .core.kernel import has
from .core.windows import sides

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter


@has(shape_of="like")
def crop(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    like: Shape | None,
    margins: Any,
    offset: Any,
) -> Array:
    """Without its margins, or of the sizes in `like`, from the offset on, in the middle where that is None."""
    x = inputs[0]
    rank = x.ndim - 1
    if like is None:
        removed = [sides(margin, 0) for margin in per_axis(margins, rank)]
        kept = [slice(before, n - after) for n, (before, after) in zip(x.shape[1:], removed)]
    else:
        starts = [
            (n - m) // 2 if start is None else start for n, m, start in zip(x.shape[1:], like, per_axis(offset, rank))
        ]
        kept = [slice(start, start + m) for start, m in zip(starts, like)]
    return x[(slice(None), *kept)].copy(order="K")
