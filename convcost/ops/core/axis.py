"""Along one axis, which input positions an output position reads.

Receptive fields, coverage and useful MACs all come from this one answer, so every operation describes each of its
axes by one of the records below. Positions outside ``[0, n)`` are padding. All sizes are whole numbers.
"""

from functools import lru_cache
from math import gcd
from typing import NamedTuple, TypeAlias

# No postponed annotations here: they would double the time it takes to define these records at every start.

EMPTY = range(0)


class Window(NamedTuple):
    """A window that slides over the input: convolution, pooling, crop, zero padding.

    Output position ``o`` reads ``o * stride + j * dilation - before`` for each tap ``j`` of the kernel.
    """

    n: int
    m: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    def reads(self, o: int) -> range:
        first = o * self.stride - self.before
        return range(first, first + (self.kernel - 1) * self.dilation + 1, self.dilation)

    def phases(self) -> tuple[int, int]:
        """(period, jump): ``reads(o + period)`` is ``reads(o)`` shifted by ``jump``."""
        return 1, self.stride

    @property
    def taps(self) -> int:
        """Products per channel pair, padding included: every tap at every output position."""
        return self.kernel * self.m

    @property
    def useful(self) -> int:
        """Products whose operand lies inside the input."""
        return pairs_inside(self.m, self.kernel, self.stride, self.dilation, self.before, self.n)


class Scatter(NamedTuple):
    """Each input position writes a window of outputs: transposed convolution, unpooling, pixel shuffle.

    Input position ``i`` writes ``i * stride + j * dilation - before`` for each tap ``j``.
    """

    n: int
    m: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0

    def reads(self, o: int) -> range:
        step = gcd(self.stride, self.dilation)
        place = o + self.before
        if place % step:
            return EMPTY
        turns = self.stride // step
        # the first tap j with place - j * dilation divisible by the stride; the next ones follow every `turns`
        first = place // step * pow(self.dilation // step, -1, turns) % turns
        if first >= self.kernel:
            return EMPTY
        last = first + (self.kernel - 1 - first) // turns * turns
        low, high = (place - last * self.dilation) // self.stride, (place - first * self.dilation) // self.stride
        return range(low, high + 1, self.dilation // step)

    def phases(self) -> tuple[int, int]:
        """(period, jump): ``reads(o + period)`` is ``reads(o)`` shifted by ``jump``."""
        return self.stride, 1

    @property
    def taps(self) -> int:
        """Products per channel pair, those cropped away included: every tap at every input position."""
        return self.kernel * self.n

    @property
    def useful(self) -> int:
        """Products that land inside the output."""
        return pairs_inside(self.n, self.kernel, self.stride, self.dilation, self.before, self.m)


class Resample(NamedTuple):
    """Output ``o`` looks at source coordinate ``(o * step + shift) / unit``, on the position below it (nearest)
    or, where the coordinate is not whole, on both neighbours (`linear`)."""

    n: int
    m: int
    step: int
    shift: int
    unit: int
    linear: bool

    def reads(self, o: int) -> range:
        low, rest = divmod(o * self.step + self.shift, self.unit)
        return range(low, low + 1 + (self.linear and rest > 0))

    def phases(self) -> tuple[int, int]:
        """(period, jump): ``reads(o + period)`` is ``reads(o)`` shifted by ``jump``."""
        common = gcd(self.step, self.unit)
        return self.unit // common, self.step // common


class Adaptive(NamedTuple):
    """Output ``o`` averages ``[floor(o * n / m), ceil((o + 1) * n / m))``."""

    n: int
    m: int

    def reads(self, o: int) -> range:
        return range(o * self.n // self.m, -(-(o + 1) * self.n // self.m))

    def phases(self) -> tuple[int, int]:
        """(period, jump): ``reads(o + period)`` is ``reads(o)`` shifted by ``jump``."""
        common = gcd(self.n, self.m)
        return self.m // common, self.n // common

    @property
    def window_sum(self) -> int:
        """Sum of the window lengths over all outputs: windows tile the input, and neighbours whose common border is
        not whole share one position."""
        return self.n + self.m - gcd(self.n, self.m)


class Border(NamedTuple):
    """Padding that repeats (`replicate`) or mirrors (`reflect`) the input at its ends."""

    n: int
    m: int
    before: int
    mirrored: bool

    def reads(self, o: int) -> range:
        i = o - self.before
        inside = min(max(i, 0), self.n - 1)
        if self.mirrored:
            inside = 2 * inside - i
        return range(inside, inside + 1)

    def phases(self) -> tuple[int, int]:
        """(period, jump) away from the ends."""
        return 1, 1


class Whole(NamedTuple):
    """Every output position depends on the whole axis: global pools, linear, instance and group norm."""

    n: int
    m: int

    def reads(self, o: int) -> range:
        return range(self.n)

    def phases(self) -> tuple[int, int]:
        """(period, jump): every output reads the same."""
        return 1, 0


Axis: TypeAlias = Window | Scatter | Resample | Adaptive | Border | Whole


@lru_cache(maxsize=4096)
def pairs_inside(positions: int, kernel: int, stride: int, dilation: int, before: int, size: int) -> int:
    """Number of pairs (position, tap) that land inside ``[0, size)``, in logarithmic time.

    >>> pairs_inside(8, 3, 1, 1, 1, 8)
    22
    """
    below_end = _pairs_below(positions, kernel, stride, dilation, before + size)
    return below_end - _pairs_below(positions, kernel, stride, dilation, before)


def _pairs_below(positions: int, kernel: int, stride: int, dilation: int, limit: int) -> int:
    """Number of pairs with ``position * stride + tap * dilation < limit``."""
    whole = min(max(-(-(limit - (kernel - 1) * dilation) // stride), 0), positions)
    live = max(min(-(-limit // stride), positions), whole)
    partial = live - whole
    return whole * kernel + partial + _floor_sum(partial, dilation, stride, limit - 1 - (live - 1) * stride)


def _floor_sum(count: int, divisor: int, step: int, start: int) -> int:
    """Sum of ``floor((start + u * step) / divisor)`` for u in [0, count), `start` >= 0.

    Euclid's algorithm on the lattice: Graham, Knuth and Patashnik, Concrete Mathematics, section 3.5.
    """
    total = 0
    while count > 0:
        total += (count - 1) * count // 2 * (step // divisor) + count * (start // divisor)
        step, start = step % divisor, start % divisor
        reach = step * count + start
        if reach < divisor:
            break
        count, start = divmod(reach, divisor)
        divisor, step = step, divisor
    return total
