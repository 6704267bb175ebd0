"""The values every room speaks in: shapes, costs, element types and what each figure means."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeAlias, dataclass_transform

if TYPE_CHECKING:
    from fractions import Fraction

    Number: TypeAlias = int | Fraction

Shape: TypeAlias = tuple[int, ...]
"""Channels first, then one size per axis: ``(3, 224, 224)``; ``(1000,)`` after ``linear``."""


@dataclass_transform(frozen_default=True)
class Record:
    """A small frozen record of its annotated fields, compared by value.

    Its subclasses are defined in a twentieth of the time a NamedTuple takes; the start of a command is part of the
    product. Named tuples remain where there are many, or where they are keys.
    """

    _names: ClassVar[dict[str, Any]] = {}
    _required: ClassVar[set[str]] = set()

    def __init_subclass__(cls) -> None:
        cls._names = cls.__annotations__
        cls._required = cls._names.keys() - vars(cls)

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = self.__dict__
        fields.update(zip(self._names, values), **named)
        surplus = len(fields) < len(values) + len(named)
        if surplus or not (named.keys() <= self._names.keys() and self._required <= fields.keys()):
            given = ", ".join([*map(repr, values), *(f"{name}={value!r}" for name, value in named.items())])
            wanted = ", ".join(name if name in self._required else f"{name}=..." for name in self._names)
            raise TypeError(f"{type(self).__name__} must get ({wanted}), but gets ({given})")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def values(self) -> tuple[Any, ...]:
        """The values of all fields, defaults included."""
        return tuple([getattr(self, name) for name in self._names])

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return type(self)(**{**dict(zip(self._names, self.values())), **changes})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and type(self) is type(other) and self.values() == other.values()

    def __hash__(self) -> int:
        return hash(self.values())

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._names, self.values()))
        return f"{type(self).__name__}({fields})"


class Cost(NamedTuple):
    """What one layer, or the sum of several, costs for one sample."""

    params: int = 0
    macs: int = 0
    useful_macs: int = 0
    elementwise: int = 0
    weight_bytes: int = 0

    def __add__(self, other: object) -> Cost:
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(*[mine + theirs for mine, theirs in zip(self, other)])


class Figure(Record):
    """A figure convcost reports: its key in JSON, the heading people see, its unit and its meaning."""

    key: str
    heading: str
    unit: str
    meaning: str


FIGURES: dict[str, Figure] = {
    f.key: f
    for f in (
        Figure(
            "params",
            "params",
            "",
            "Learnable numbers: weights, biases, and the scale and shift of a normalisation. "
            "Running statistics of a normalisation are not learnable and not counted.",
        ),
        Figure(
            "macs",
            "MACs",
            "",
            "One multiplication with its addition, in convolutions and linear layers, for one sample. "
            "Taps on zero padding count, as papers count them; bias does not. In a transposed convolution "
            "every weight meets every *input* position once, products that are cropped away included.",
        ),
        Figure(
            "useful_macs",
            "useful MACs",
            "",
            "The MACs whose operands are real data and whose product is kept: the nominal count less the taps "
            "on padding (convolution), or less the products that land outside the output (transposed).",
        ),
        Figure("flops", "FLOPs", "", "Two times the MACs, never anything else."),
        Figure(
            "elementwise",
            "elementwise",
            "",
            "Work that is no MAC, counted apart. Per output element: bias 1, normalisation 2, lrn 2 x its size, "
            "activation 1 (softmax 3), add or mul of n tensors n - 1, max-pool its window less 1, average and "
            "global pools their window (padding included), bilinear resize 3 per axis, scale 1 (2 with bias). "
            "Copies (concat, crop, pad, slice, shuffle, nearest, unpooling, dropout, identity) are 0.",
        ),
        Figure(
            "weight_bytes",
            "weights",
            "B",
            "Params times the bytes of the weight type (`dtype`), each tensor rounded up to whole bytes. Biases of "
            "convolutions and linear layers and the shifts of normalisations and of scale have a type of their own, "
            "`dtype: {bias: ...}`: the weight type, or int32 where that is an integer of 8 bits or fewer, as TFLite "
            "and CMSIS-NN store them. Running statistics of a normalisation are not in it.",
        ),
        Figure(
            "activations",
            "activations",
            "",
            "Elements of all layer outputs: the rows of the table, not the network's input.",
        ),
        Figure(
            "peak_activation_bytes",
            "peak memory",
            "B",
            "The largest sum of tensors alive at once, in the order of the spec. A tensor lives from the step that "
            "makes it to the last step that reads it; an operation needs inputs and output together; the network's "
            "input counts while it is read and is never overwritten; outputs live to the end. Activations, "
            "batch_norm, scale, prelu and dropout work in place when nobody else reads their input; flatten and "
            "identity share memory. A max_unpool keeps its pool's indices alive (4 bytes each), not its output.",
        ),
        Figure(
            "receptive_field",
            "field",
            "",
            "The input positions that one position of a layer's output depends on, per axis: last - first + 1 on an "
            "unbounded input. The field of a network is that of its spatial output, printed with that layer's name.",
        ),
        Figure(
            "grid",
            "grid",
            "",
            "How coarsely the output is computed: 1/8 where only every 8th position along an axis ever is. The scale "
            "of a tensor is the product of the strides on its way from the input, divided by upsampling; along a path "
            "the coarsest counts, and over all paths the finest of these: a U-Net has 1, through its skips. Paths "
            "through a step that reads the whole input, or through a stretched operand of add or mul, are passed over. "
            "The grid of a network is that of the layer its field is taken at. JSON, `expect` and `budgets` have the "
            "scale, 8.",
        ),
    )
}

DTYPE_BITS: dict[str, int] = {
    "float64": 64,
    "float32": 32,
    "float16": 16,
    "bfloat16": 16,
    "float8": 8,
    "int32": 32,
    "int16": 16,
    "int8": 8,
    "uint8": 8,
    "int4": 4,
}
SMALL_INTEGERS = ("int8", "uint8", "int4")


class Dtype(Record):
    """Element types used for memory figures. Biases of weights that are integers of 8 bits or fewer have 32 bits where
    nothing else is said: so they are added to the sums of products."""

    weights: str
    activations: str
    bias: str

    def __init__(self, weights: str = "float32", activations: str = "float32", bias: str | None = None) -> None:
        super().__init__(weights, activations, bias or ("int32" if weights in SMALL_INTEGERS else weights))


def size_in_bytes(elements: int, dtype: str) -> int:
    """Bytes of one tensor; a fraction of a byte (int4) is rounded up per tensor.

    >>> size_in_bytes(3, "int4")
    2
    """
    return -(-elements * DTYPE_BITS[dtype] // 8)


def divided(above: int, below: int) -> Number:
    """A quotient, exactly; a whole number is an int.

    >>> divided(6, 3), divided(3, 2)
    (2, Fraction(3, 2))
    """
    if above % below == 0:
        return above // below
    from fractions import Fraction

    return Fraction(above, below)


def volume(sizes: Shape) -> int:
    """Product of sizes.

    >>> volume((3, 224, 224))
    150528
    """
    return prod(sizes)


def dims(shape: Shape) -> str:
    """A shape as people write it.

    >>> dims((3, 224, 224))
    '3x224x224'
    """
    return "x".join(map(str, shape))
