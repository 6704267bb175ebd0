"""What every operation is made of: declared fields, constraints, formulas.

An operation is a frozen record of its fields. Formulas take the shapes of the inputs, channels first, and answer in
plain integers for one sample. Fields are declared once; the reader, `explain`, the JSON Schema and the tests all use
that declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from ...errors import Complaint
from ...types import Shape, volume
from .axis import Window
from .fields import Decl, axes, choice, count, flag, number, padding, reference, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...types import Number
    from .axis import Axis


BIAS = "bias"
"""The name of a tensor of weights that are added, not multiplied: it has an element type of its own (`dtype`)."""


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
    half_padded: ClassVar[bool] = False
    """Its padding is at most half of its window."""

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

    def remarks(self, *inputs: Shape) -> Iterator[Complaint]:
        """What is no mistake, but may not be meant."""
        return iter(())

    def shape(self, *inputs: Shape) -> Shape:
        """Shape of the output, channels first; as given here, that of the input."""
        return inputs[0]

    def weights(self, *inputs: Shape) -> dict[str, int]:
        """Tensors of learnable numbers: how many each has, by its name; 0 for one that is left out."""
        return {}

    def params(self, *inputs: Shape) -> int:
        """Learnable numbers."""
        return sum(self.weights(*inputs).values())

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
            if decl.per_axis and isinstance(value, tuple) and len(value) != rank:
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

    def weights(self, *inputs: Shape) -> dict[str, int]:
        return self.equivalent(*inputs).weights(*inputs)

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

    def weights(self, *inputs: Shape) -> dict[str, int]:
        tensors = zip(self.parts(), (part.weights(*shapes) for part, shapes in self._steps(*inputs)))
        return {f"{part}.{name}": elements for (part, _), own in tensors for name, elements in own.items()}

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


def is_bias(tensor: str) -> bool:
    """Whether a tensor of weights is added, not multiplied; a composite's begins with the name of its part.

    >>> is_bias("pointwise.bias"), is_bias("weight")
    (True, False)
    """
    return tensor.rpartition(".")[2] == BIAS


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
