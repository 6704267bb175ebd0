from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from .core.fields import span
from .core.operation import Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Shape


class Slice(Op):
    """The channels [from, to), counted from 0.

    Example:
        [64, 56, 56]
        slice: [0, 32]
    """

    main = "range"
    flat = True
    range: tuple[int, int] = span("first channel kept, and the one after the last")

    def form(self) -> Iterator[Complaint]:
        first, end = self.range
        if not 0 <= first < end:
            yield Complaint("CC110", "range", f"range must have 0 <= from < to, but is [{first}, {end})")

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        first, end = self.range
        if end > inputs[0][0]:
            message = f"range must stay inside the {inputs[0][0]} input channels, but is [{first}, {end})"
            yield Complaint("CC110", "range", message)

    def shape(self, *inputs: Shape) -> Shape:
        first, end = self.range
        return (end - first, *inputs[0][1:])

    def label(self) -> str:
        return "slice [{}, {})".format(*self.range)
