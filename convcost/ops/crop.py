from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from .core.axis import Window
from .core.fields import axes, axis_name, padding, per_axis, reference
from .core.operation import Op, Use, exactly_one, same_axes
from .core.windows import margins, sides_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Shape
    from .core.fields import Axes, Sides


class Crop(Op):
    """Cropping: to the size of another tensor, whose channels do not matter, or by margins.

    The first position kept is offset; without it floor((n - m) / 2) of n positions for m, or the margin before.

    Example:
        [21, 544, 544] and [3, 500, 500]
        crop: {like: image, offset: 19}

    Source: Long, Shelhamer and Darrell 2015, "Fully convolutional networks for semantic segmentation" (Caffe's Crop).
    """

    main = "like"
    like: str | None = reference("the tensor whose size the output gets", default=None)
    margins: Sides | None = padding("positions removed around the input", default=None, choices=())
    offset: Axes | None = axes("first position that is kept", default=None, minimum=0)

    def form(self) -> Iterator[Complaint]:
        yield from exactly_one(self, "like", "margins")
        if self.margins is not None and self.offset is not None:
            yield Complaint("CC109", "offset", "offset must be left out where margins are given: they say it already")

    def complaints(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from super().complaints(*inputs)
        if self.like:
            yield from same_axes("like", self.like, *inputs)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        rank = len(inputs[0]) - 1
        for i, a in enumerate(self.axes(*inputs)):
            name, start = axis_name(rank, i), -a.before
            if self.margins is not None and a.m < 1:
                before, after = margins(self.margins, rank)[i]
                yield Complaint(
                    "CC105",
                    "margins",
                    f"the output {name} would be {a.n} - {before} - {after} = {a.m}; "
                    f"the input must be at least {before + after + 1} here, but is {a.n}",
                )
            elif self.offset is not None and start + a.m > a.n:
                message = f"the crop must stay inside the {name} {a.n}, but offset {start} + {a.m} = {start + a.m}"
                yield Complaint("CC110", "offset", message)
            elif a.m > a.n:
                message = f"the crop must stay inside the {name} {a.n}, but {self.like} has {a.m}"
                yield Complaint("CC110", "like", message)

    def axes(self, *inputs: Shape) -> list[Window]:
        """Windows of one position, moved: `before` is negative."""
        sizes = inputs[0][1:]
        rank = len(sizes)
        if self.margins is not None:
            removed = margins(self.margins, rank)
            return [_kept(n, n - before - after, before) for n, (before, after) in zip(sizes, removed)]
        starts = per_axis(self.offset, rank)
        return [
            _kept(n, m, (n - m) // 2 if start is None else start) for n, m, start in zip(sizes, inputs[1][1:], starts)
        ]

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *[a.m for a in self.axes(*inputs)])

    def uses(self, count: int) -> tuple[str, ...]:
        return (Use.DATA, Use.SHAPE)[:count]

    def label(self) -> str:
        return f"crop like {self.like}" if self.margins is None else f"crop {sides_label(self.margins)}"


def _kept(n: int, m: int, start: int) -> Window:
    return Window(n, m, before=-start, after=start + m - n)
