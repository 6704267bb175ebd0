"""How shapes and fields are written."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .. import wording
from ..analysis.field.extent import WHOLE
from ..types import dims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..analysis.field.extent import Extent, Field
    from ..types import Shape


@lru_cache(maxsize=4096)
def shapes_text(shapes: tuple[Shape, ...]) -> str:
    """What enters a layer: of several tensors, only what differs is repeated.

    >>> shapes_text(((64, 28, 28), (128, 28, 28)))
    '64+128x28x28'
    >>> shapes_text(((64, 28, 28), (64, 28, 28)))
    '2 of 64x28x28'
    """
    if len(shapes) == 1:
        return dims(shapes[0])
    if len(set(shapes)) == 1:
        return f"{len(shapes)} of {dims(shapes[0])}"
    if len({shape[1:] for shape in shapes}) == 1:
        channels = "+".join(str(shape[0]) for shape in shapes)
        return "x".join((channels, *map(str, shapes[0][1:])))
    return ", ".join(map(dims, shapes))


def field_text(field: Field) -> str:
    """The size of a receptive field: one number where it is the same along all axes; "all" for the whole input.

    >>> from convcost.analysis.field.extent import WHOLE, Extent
    >>> field_text((Extent(1, ((0, 2),)), Extent(1, ((-3, 3),)))), field_text(WHOLE)
    ('3x7', 'all')
    """
    if isinstance(field, tuple):
        sizes = [extent.largest for extent in field]
        return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes)) or wording.NOTHING
    return "all" if field is WHOLE else wording.NOTHING


def stride_text(extents: Sequence[Extent]) -> str:
    """How far the fields of neighboring output positions lie apart; there is no such number where paths of different
    strides meet.

    >>> from convcost.analysis.field.extent import Extent
    >>> stride_text((Extent(1, ((0, 2),)), Extent(2, ((0, 2),)))), stride_text((Extent(0, ((0, 2),), True),))
    ('stride 1x2', 'no single stride')
    """
    strides = [wording.fraction(*extent.stride) if extent.stride else wording.NOTHING for extent in extents]
    if not any(extent.stride for extent in extents):
        return "no single stride"
    return f"stride {strides[0] if len(set(strides)) == 1 else 'x'.join(strides)}"


def first_output(outputs: Sequence[object]) -> str:
    """Whose field is told, where there are several outputs."""
    return f" (for the first of {len(outputs)} outputs)" if len(outputs) > 1 else ""
