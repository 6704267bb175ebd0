from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from ..types import volume
from .core.axis import Resample
from .core.fields import axes, axis_name, by, choice, flag, per_axis, plain, reference
from .core.operation import Op, Use, exactly_one, same_axes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Number, Shape
    from .core.fields import Axes, Scale


class Resize(Op):
    """Interpolation to another size: nearest takes the position below the source coordinate, bilinear its neighbours.

    Position o of m looks at o / scale, or o * n / m with size and like; bilinear takes the centres of positions
    ((o + 1/2) * step - 1/2), or the ends (align_corners). Only neighbours with a weight are read.
    "bilinear" is 1 for that mode, else 0.

    Formulas:
        elementwise = bilinear * 3 * axes * elements

    Example:
        [256, 32, 32]
        resize: {scale: 2, mode: bilinear}

    Source: PyTorch 2, torch.nn.functional.interpolate.
    """

    main = "scale"
    scale: Scale | None = axes("times that each size grows", default=None, minimum=0, whole=False)
    size: Axes | None = axes("size of the output", default=None)
    like: str | None = reference("the tensor whose size the output gets", default=None)
    mode: str = choice("how values between positions are found", "nearest", "bilinear", default="nearest")
    align_corners: bool = flag("let the corner positions of input and output meet", default=False)

    def form(self) -> Iterator[Complaint]:
        yield from exactly_one(self, "scale", "size", "like")
        if self.scale is not None and not all(per_axis(self.scale, 1)):
            yield Complaint("CC104", "scale", f"scale must be above 0, but is {by(self.scale, 1)}")
        if self.align_corners and self.mode == "nearest":
            yield Complaint(
                "CC109", "align_corners", "align_corners must come with mode: bilinear, but mode is nearest"
            )

    def complaints(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from super().complaints(*inputs)
        if self.like:
            yield from same_axes("like", self.like, *inputs)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        if self.scale is None:
            return
        rank = len(inputs[0]) - 1
        scales: tuple[Number, ...] = per_axis(self.scale, rank)
        for i, (a, scale) in enumerate(zip(self.axes(*inputs), scales)):
            if not a.m:
                yield Complaint(
                    "CC105",
                    "scale",
                    f"the output {axis_name(rank, i)} would be floor({a.n} * {plain(scale)}) = 0; "
                    f"the input must be at least {-(-scale.denominator // scale.numerator)} here, but is {a.n}",
                )

    def axes(self, *inputs: Shape) -> list[Resample]:
        sizes = inputs[0][1:]
        if self.scale is not None:
            scales: tuple[Number, ...] = per_axis(self.scale, len(sizes))
            return [self._axis(n, n * s // 1, s.denominator, s.numerator) for n, s in zip(sizes, scales)]
        wanted = inputs[1][1:] if self.size is None else per_axis(self.size, len(sizes))
        return [self._axis(n, m, n, m) for n, m in zip(sizes, wanted)]

    def _axis(self, n: int, m: int, step: int, unit: int) -> Resample:
        """The axis whose output positions are step / unit input positions apart."""
        if self.mode == "nearest":
            return Resample(n, m, step, 0, unit, linear=False)
        if self.align_corners:
            return Resample(n, m, n - 1, 0, max(m - 1, 1), linear=True)
        return Resample(n, m, 2 * step, step - unit, 2 * unit, linear=True)

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *[a.m for a in self.axes(*inputs)])

    def elementwise(self, *inputs: Shape) -> int:
        return (self.mode == "bilinear") * 3 * (len(inputs[0]) - 1) * volume(self.shape(*inputs))

    def uses(self, count: int) -> tuple[str, ...]:
        return (Use.DATA, Use.SHAPE)[:count]

    def label(self) -> str:
        mode = "" if self.mode == "nearest" else f" {self.mode}"
        if self.scale is not None:
            return f"resize x{by(self.scale, 1)}{mode}"
        return f"resize to {by(self.size)}{mode}" if self.size is not None else f"resize like {self.like}{mode}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "bilinear": int(self.mode == "bilinear")}
