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
