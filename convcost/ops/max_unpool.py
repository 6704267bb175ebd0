from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ..errors import Complaint
from ..types import dims
from .core.axis import Scatter
from .core.fields import reference
from .core.operation import Op, Use
from .pool import MaxPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Shape


class MaxUnpool(Op):
    """Max unpooling: values return to where their max_pool took them, the rest is 0; its size is that pool's input's.

    The pool's output is its second input: its indices are used, not its values. Where windows overlap and two values
    return to one place, the later window in row-major order wins.

    Example:
        [64, 45, 60]
        max_pool: {kernel: 2, ceil_mode: true}
        max_unpool: max_pool1

    Source: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", section 2.1.
    """

    main = "pool"
    pool: str = reference("the max_pool whose indices and input size are taken")

    # Known once bound, and no fields: the operation that `pool` names and the shape that enters it.
    source: ClassVar[Op]
    size: ClassVar[Shape]

    def bind(self, *sources: tuple[Op, tuple[Shape, ...]]) -> MaxUnpool:
        [(source, shapes)] = sources
        bound = MaxUnpool(pool=self.pool)
        bound.__dict__.update(source=source, size=shapes[0] if shapes else ())
        return bound

    def complaints(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from super().complaints(*inputs)
        if not isinstance(self.source, MaxPool):
            word = self.source.word
            article = "an" if word[0] in "aeiou" else "a"
            yield Complaint("CC107", "pool", f"pool must name a max_pool, but {self.pool} is {article} {word}")

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        value, pooled = inputs
        if value != pooled:
            message = f"the input {dims(value)} must have the output shape of {self.pool}, {dims(pooled)}"
            yield Complaint("CC107", "", message)

    def axes(self, *inputs: Shape) -> list[Scatter]:
        assert isinstance(self.source, MaxPool)
        return [Scatter(a.m, a.n, a.kernel, a.stride, a.dilation, a.before) for a in self.source.axes(self.size)]

    def shape(self, *inputs: Shape) -> Shape:
        return self.size

    def uses(self, count: int) -> tuple[str, ...]:
        return Use.DATA, Use.INDICES

    def label(self) -> str:
        return f"max_unpool {self.pool}"
