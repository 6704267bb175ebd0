"""What every operation is made of: declared fields, constraints, formulas.

An operation is a frozen record of its fields. Formulas take the shapes of the inputs, channels first, and answer in
plain integers for one sample. Fields are declared once; the reader, `explain`, the JSON Schema and the tests all use
that declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar, dataclass_transform

from ..errors import Complaint
from ..types import Shape, volume
from .axis import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from ..types import Number
    from .axis import Axis

T = TypeVar("T")

Axes: TypeAlias = "int | tuple[int, ...]"
"""One whole number for all axes, or one per axis."""

Scale: TypeAlias = "int | Fraction | tuple[int | Fraction, ...]"

Sides: TypeAlias = "int | tuple[int | tuple[int, int], ...]"
"""One number for all sides, one per axis, or ``(before, after)`` per axis."""

Pads: TypeAlias = "Sides | str"
"""`Sides`, or one of the words `valid`, `same`, `same_lower`."""

SAME = ("same", "same_lower")
AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Decl:
    """The declaration of one field: what it means, what it may be, what it is when left out."""

    __slots__ = ("choices", "default", "doc", "kind", "minimum", "required", "whole")

    def __init__(
        self,
        kind: str,
        doc: str,
        default: object = ...,
        minimum: int = 0,
        choices: tuple[str, ...] = (),
        whole: bool = True,
    ) -> None:
        self.kind = kind
        self.doc = doc
        self.required = default is ...
        self.default = None if default is ... else default
        self.minimum = minimum
        self.choices = choices
        self.whole = whole


# The declaring functions say what mypy sees, so a field has the type of its values, not that of its declaration.
def count(doc: str, *, default: Any = ..., minimum: int = 1) -> Any:
    """A whole number."""
    return Decl("count", doc, default, minimum)


def number(doc: str, *, default: Any = ..., minimum: int = 0) -> Any:
    """A number that need not be whole."""
    return Decl("number", doc, default, minimum, whole=False)


def axes(doc: str, *, default: Any = ..., minimum: int = 1, whole: bool = True) -> Any:
    """One number for all axes or one per axis."""
    return Decl("axes", doc, default, minimum, whole=whole)


def padding(doc: str, *, default: Any = ..., choices: tuple[str, ...] = ("valid", *SAME)) -> Any:
    """One number for all sides, one per axis, ``[before, after]`` per axis, or one of the words."""
    return Decl("padding", doc, default, 0, choices)


def flag(doc: str, *, default: Any = ...) -> Any:
    """true or false."""
    return Decl("flag", doc, default)


def choice(doc: str, *choices: str, default: Any = ...) -> Any:
    """One of some words."""
    return Decl("choice", doc, default, choices=choices)


def reference(doc: str, *, default: Any = ...) -> Any:
    """The name of a layer; its output becomes one more input of the operation."""
    return Decl("reference", doc, default)


def span(doc: str, *, default: Any = ...) -> Any:
    """``[from, to)``: two whole numbers."""
    return Decl("span", doc, default)


def snake(name: str) -> str:
    """`ConvTranspose` as a spec writes it.

    >>> snake("ConvTranspose")
    'conv_transpose'
    """
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Use:
    """What an operation takes of one of its inputs; `peak_activation_bytes` depends on it."""

    DATA = "data"
    SHAPE = "shape"
    INDICES = "indices"


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(count, number, axes, padding, flag, choice, reference, span),
)
class Op:
    """An operation: a frozen record of its fields with the formulas of its costs.

    ``__init_subclass__`` collects the declarations; it does what a dataclass does in a hundredth of the time, and
    the start of a command is part of the product.
    """

    word: ClassVar[str] = ""
    fields: ClassVar[Mapping[str, Decl]] = {}
    defaults: ClassVar[Mapping[str, Any]] = {}
    main: ClassVar[str | None] = None
    """The field that `word: value` sets."""
    merges: ClassVar[bool] = False
    """Takes several tensors: partners or paths."""
    flat: ClassVar[bool] = False
    """Accepts ``[C]``, an input without axes."""
    in_place: ClassVar[bool] = False
    """May overwrite its input when nobody else reads it."""
    shares: ClassVar[bool] = False
    """Its output is its input's memory, seen differently."""
    whole_input: ClassVar[bool] = False
    """Every output position depends on every input position of the layer."""

    def __init_subclass__(cls) -> None:
        own = {name: decl for name, decl in vars(cls).items() if isinstance(decl, Decl)}
        for name in own:
            delattr(cls, name)
        if own:
            cls.fields = {**cls.fields, **own}
            cls.defaults = {name: decl.default for name, decl in cls.fields.items() if not decl.required}
        cls.word = snake(cls.__name__)

    def __init__(self, **values: Any) -> None:
        fields = self.__dict__
        fields.update(self.defaults)
        fields.update(values)
        if fields.keys() != self.fields.keys():
            names = sorted(set(self.fields) ^ set(fields))
            raise TypeError(f"{self.word}: unknown or missing field {', '.join(names)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{self.word}: fields cannot be changed")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        values = ((name, self.__dict__[name]) for name in self.fields)
        given = (f"{name}={value!r}" for name, value in values if value != self.defaults.get(name))
        return f"{type(self).__name__}({', '.join(given)})"

    # What a subclass answers. -------------------------------------------------------------------------------

    def form(self) -> Iterator[Complaint]:
        """What is wrong with these fields whatever the inputs; asked once, before anything else."""
        return iter(())

    def bind(self, *sources: tuple[Op, tuple[Shape, ...]]) -> Op:
        """The same operation, told what its references name: each layer's operation and input shapes."""
        return self

    def axes(self, *inputs: Shape) -> Sequence[Axis]:
        """One record per axis of the output; as given here, each position reads its own place."""
        return [Window(n, n) for n in inputs[0][1:]]

    def input_axes(self, index: int, *inputs: Shape) -> Sequence[Axis]:
        """The axes as they read one of several inputs; as given here, all are read alike."""
        return self.axes(*inputs)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        """What is wrong with these fields on these inputs; `form` and `complaints` found nothing."""
        return iter(())

    def shape(self, *inputs: Shape) -> Shape:
        """Shape of the output, channels first; as given here, that of the input."""
        return inputs[0]

    def params(self, *inputs: Shape) -> int:
        """Learnable numbers."""
        return 0

    def macs(self, *inputs: Shape) -> int:
        """Nominal multiply-accumulates of one sample."""
        return 0

    def useful_macs(self, *inputs: Shape) -> int:
        """Multiply-accumulates whose operand is real data and whose product is kept."""
        return self.macs(*inputs)

    def elementwise(self, *inputs: Shape) -> int:
        """Scalar operations that are no multiply-accumulates."""
        return 0

    def dealt(self, rank: int) -> int:
        """How many channels become one, on so many axes."""
        return 1

    def parts(self) -> tuple[tuple[str, Op], ...]:
        """The named operations a composite is made of, one after the other; none for a primitive."""
        return ()

    def uses(self, count: int) -> tuple[str, ...]:
        """For each of `count` inputs, whether its data, its shape only, or its pooling indices are taken."""
        return (Use.DATA,) * count

    def label(self) -> str:
        """The operation with its essential fields, as people write them: ``conv 3x3 /2``."""
        return self.word

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        """The named numbers that the formulas of the docstring speak of; what differs per axis is the first one's."""
        channels, *sizes = inputs[0]
        shape = self.shape(*inputs)
        first = {"n": sizes[0]} if sizes else {}
        return {
            "C": channels,
            **first,
            "axes": len(sizes),
            "elements": volume(shape),
            **self._numbers(),
            "out": shape[0],
        }

    def _numbers(self) -> dict[str, Number]:
        values = {name: v[0] if isinstance(v, tuple) else v for name, v in self.__dict__.items()}
        return {name: +v for name, v in values.items() if hasattr(v, "numerator")}

    # What holds for all. ------------------------------------------------------------------------------------

    def complaints(self, *inputs: Shape) -> Iterator[Complaint]:
        """What makes `shape` meaningless on these inputs: a missing axis, a list of the wrong length."""
        rank = len(inputs[0]) - 1
        if not rank and not self.flat:
            yield Complaint(
                "CC108",
                "",
                f"{self.word} works along height and width, but its input is [{inputs[0][0]}], a vector without axes",
            )
            return
        for name, decl in self.fields.items():
            value = self.__dict__[name]
            if isinstance(value, tuple) and decl.kind in ("axes", "padding") and len(value) != rank:
                yield Complaint(
                    "CC108",
                    name,
                    f"{name} must be one number or one per axis ({rank}), but {len(value)} are given",
                )


class Alias(Op):
    """An operation that is another one under a name of its own: a depthwise convolution is a grouped one."""

    def equivalent(self, *inputs: Shape) -> Op:
        """The same operation, written with the general one."""
        raise NotImplementedError

    def axes(self, *inputs: Shape) -> Sequence[Axis]:
        return self.equivalent(*inputs).axes(*inputs)

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        return self.equivalent(*inputs).check(*inputs)

    def shape(self, *inputs: Shape) -> Shape:
        return self.equivalent(*inputs).shape(*inputs)

    def params(self, *inputs: Shape) -> int:
        return self.equivalent(*inputs).params(*inputs)

    def macs(self, *inputs: Shape) -> int:
        return self.equivalent(*inputs).macs(*inputs)

    def useful_macs(self, *inputs: Shape) -> int:
        return self.equivalent(*inputs).useful_macs(*inputs)

    def elementwise(self, *inputs: Shape) -> int:
        return self.equivalent(*inputs).elementwise(*inputs)

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**self.equivalent(*inputs).quantities(*inputs), **self._numbers()}


class Composite(Op):
    """Several operations, one after the other, under one name. It is what its parts are together; a graph holds them
    and not it."""

    def _steps(self, *inputs: Shape) -> Iterator[tuple[Op, tuple[Shape, ...]]]:
        """Each part with the shapes that enter it."""
        for _, part in self.parts():
            yield part, inputs
            inputs = (part.shape(*inputs),)

    def axes(self, *inputs: Shape) -> Sequence[Axis]:
        raise NotImplementedError(f"{self.word} has no axes of its own: ask its parts")

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        for part, shapes in self._steps(*inputs):
            found = [*part.complaints(*shapes), *part.check(*shapes)]
            yield from found
            if found:
                return

    def shape(self, *inputs: Shape) -> Shape:
        for part, shapes in self._steps(*inputs):
            inputs = (part.shape(*shapes),)
        return inputs[0]

    def params(self, *inputs: Shape) -> int:
        return sum(part.params(*shapes) for part, shapes in self._steps(*inputs))

    def macs(self, *inputs: Shape) -> int:
        return sum(part.macs(*shapes) for part, shapes in self._steps(*inputs))

    def useful_macs(self, *inputs: Shape) -> int:
        return sum(part.useful_macs(*shapes) for part, shapes in self._steps(*inputs))

    def elementwise(self, *inputs: Shape) -> int:
        return sum(part.elementwise(*shapes) for part, shapes in self._steps(*inputs))

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        """Those of the parts, the first part's where they share a name, and its own."""
        numbers: dict[str, Number] = {}
        for part, shapes in self._steps(*inputs):
            numbers = {**part.quantities(*shapes), **numbers}
        return {**numbers, **super().quantities(*inputs)}


def per_axis(value: T | tuple[T, ...], rank: int) -> tuple[T, ...]:
    """One value for each of `rank` axes.

    >>> per_axis(3, 2)
    (3, 3)
    """
    return value if isinstance(value, tuple) else (value,) * rank


def abreast(*values: Any) -> list[tuple[Any, ...]]:
    """Several fields axis by axis, without an input that says how many axes there are: as many as one of them has.

    >>> abreast(3, (1, 2))
    [(3, 1), (3, 2)]
    """
    rank = max([len(value) for value in values if isinstance(value, tuple)], default=1)
    return list(zip(*[per_axis(value, rank) for value in values]))


def axis_name(rank: int, axis: int) -> str:
    """What people call an axis.

    >>> axis_name(2, 0)
    'height'
    """
    return AXIS_NAMES[rank][axis]


def by(value: Number | tuple[Number, ...], rank: int = 2) -> str:
    """Numbers per axis as people write them.

    >>> by(3), by((1, 7))
    ('3x3', '1x7')
    """
    numbers: tuple[Number, ...] = per_axis(value, rank)
    return "x".join(plain(number) for number in numbers)


def plain(number: Number) -> str:
    """A number as people write it: decimals where they are exact.

    >>> from fractions import Fraction
    >>> plain(Fraction(3, 2)), plain(Fraction(1, 3)), plain(2)
    ('1.5', '1/3', '2')
    """
    if isinstance(number, int):
        return str(number)
    decimal = f"{float(number):g}"
    return decimal if type(number)(decimal) == number else str(number)


def must_divide(name: str, groups: int, channels: int, what: str) -> Iterator[Complaint]:
    """`groups=3 must divide the 64 input channels`, unless it does."""
    if channels % groups:
        yield Complaint("CC103", name, f"{name}={groups} must divide the {channels} {what}")


def exactly_one(op: Op, *names: str) -> Iterator[Complaint]:
    """`crop takes exactly one of like and margins, but none is given`, unless it does."""
    given = [name for name in names if getattr(op, name) is not None]
    if len(given) != 1:
        found = f"{('two', 'three')[len(given) - 2]} are given: {', '.join(given)}" if given else "none is given"
        choice = f"{', '.join(names[:-1])} and {names[-1]}"
        yield Complaint("CC109", given[-1] if given else "", f"{op.word} takes exactly one of {choice}, but {found}")


def same_axes(field: str, name: str, *inputs: Shape) -> Iterator[Complaint]:
    """`skip must have 2 axes like the input, but has 1`, unless the second input has as many axes as the first."""
    rank, other = (len(shape) - 1 for shape in inputs)
    if rank != other:
        yield Complaint("CC108", field, f"{name} must have {rank} axes like the input, but has {other}")
