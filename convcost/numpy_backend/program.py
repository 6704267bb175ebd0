"""A network as a list of plain instructions, and what runs it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..types import dims, volume
from . import find, find_weights, find_work
from .arrays import channels_first_in_memory, owner
from .kernels.core.kernel import TEMPORARIES, InPlace, copies, in_turn, traits_of
from .meter import Alive, Meter
from .threads import keep_freed_memory
from .weights import generate, generate_input

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from ..types import Shape
    from .arrays import Array
    from .kernels.core.kernel import Rewrite
    from .kernels.core.windows import Places


class Instruction(NamedTuple):
    """One layer, as a kernel takes it."""

    name: str
    word: str
    fields: Mapping[str, Any]
    """Plain values as the spec gives them."""
    inputs: tuple[int, ...]
    """Places of what feeds it: first those of the network's inputs, then those of the instructions, in order."""


class Program(NamedTuple):
    """A network: the name and shape of each input, its layers in order, and the places of its outputs."""

    inputs: tuple[tuple[str, Shape], ...]
    instructions: tuple[Instruction, ...]
    outputs: tuple[int, ...]


def execute(
    program: Program,
    inputs: Mapping[str, Array] | None = None,
    weights: Mapping[str, Mapping[str, Array]] | None = None,
    *,
    seed: int = 0,
    dtype: str = "float32",
    meter: Meter | None = None,
    keep: Container[str] = (),
    on_layer: Callable[[int, Array], None] | None = None,
    fuse: bool = True,
) -> dict[str, Array]:
    """Run a network on one sample: its outputs, and the tensors whose names are in `keep`, channels first.

    Inputs and weights that are None come from the seed. `on_layer` sees each instruction's number and result; the
    array is its own only during that call. With `fuse`, normalisations and activations run in the blocks that the layer
    before has just written: those layers share the result and the entry in `meter.alive` of the last of them.

    A batch of independent rows is one more axis with kernel 1, stride 1 and padding 0: kernels take any rank.

    Raises ValueError for inputs or weights of a wrong name, shape or type, LookupError for a word without kernel.
    """
    keep_freed_memory()
    given = _checked_inputs(program, given_inputs(program, seed, dtype) if inputs is None else inputs, dtype)
    run = _Run(program, given, WeightSource(program, weights, seed, dtype), Meter() if meter is None else meter, keep)
    number = 0
    while number < len(program.instructions):
        steps = range(number, number + (run.chain(number) if fuse else 1))
        result = run.step(steps)
        if on_layer is not None:
            for i in steps:
                on_layer(i, result)
        del result
        run.forget(steps)
        number = steps.stop
    return {name: channels_first_in_memory(run.values.pop(place)) for place, name in run.kept.items()}


class WeightSource:
    """The weights of each layer: given ones, after a look at their names and shapes, or generated when asked for."""

    def __init__(
        self, program: Program, given: Mapping[str, Mapping[str, Array]] | None, seed: int, dtype: str
    ) -> None:
        self.steps = program.instructions
        self.given = given
        self.seed = seed
        self.dtype = dtype
        known = {step.name for step in self.steps}
        for name in given or ():
            if name not in known:
                raise ValueError(f"weights are given for {name}, but the network has no such layer")

    def weights(self, number: int, shapes: Sequence[Shape]) -> Mapping[str, Array]:
        """The arrays that an instruction reads on inputs of these shapes."""
        step = self.steps[number]
        wanted = wanted_weights(step, shapes)
        if self.given is None:
            return generate(self.seed, number, wanted, self.dtype)
        found = self.given.get(step.name, {})
        if found.keys() != wanted.keys():
            raise ValueError(
                f"the weights of {step.name} must be {', '.join(wanted) or 'none'}, "
                f"but are {', '.join(found) or 'none'}"
            )
        return {
            name: _checked(f"{name} of {step.name}", found[name], shape, self.dtype) for name, shape in wanted.items()
        }


class _Tail:
    """The changes that follow a kernel, prepared when its first block tells how many channels they meet."""

    def __init__(self, run: _Run, steps: range, meters: Sequence[Meter]) -> None:
        self._run = run
        self._steps = steps
        self._meters = meters
        self._change: Rewrite | None = None
        self._lock = Lock()

    def __call__(self, block: Array) -> None:
        with self._lock:
            if self._change is None:
                self._change = in_turn(*self._prepared(block.shape[-1]))
        assert self._change is not None
        self._change(block)

    def _prepared(self, channels: int) -> Iterator[Rewrite]:
        run = self._run
        for number, meter in zip(self._steps, self._meters):
            kernel = run.kernels[number]
            assert isinstance(kernel, InPlace)
            weights = run.source.weights(number, [(channels,)])
            yield kernel.change(meter, weights, **run.program.instructions[number].fields)


class _Run:
    """The tensors of a program while it runs."""

    def __init__(
        self, program: Program, inputs: list[Array], source: WeightSource, meter: Meter, keep: Container[str]
    ) -> None:
        self.program = program
        self.source = source
        self.meter = meter
        self.first = len(inputs)
        names = [name for name, _ in program.inputs] + [step.name for step in program.instructions]
        self.kept = {place: name for place, name in enumerate(names) if place in program.outputs or name in keep}
        self.kernels = [find(step.word) for step in program.instructions]
        self.traits = [traits_of(kernel) for kernel in self.kernels]
        self.readers: list[list[int]] = [[] for _ in names]
        self.remembered: dict[int, int] = {}
        for number, step in enumerate(program.instructions):
            for place in self.data_inputs(number):
                self.readers[place].append(number)
            if self.traits[number].places_of:
                self.remembered[step.inputs[1]] = number
        self.flattened = self._flattened()
        self.values = {place: x for place, x in enumerate(inputs) if self.readers[place] or place in self.kept}
        self.shapes: dict[int, Shape] = {place: x.shape for place, x in enumerate(inputs)}
        self.places: dict[int, Places] = {}

    def _flattened(self) -> set[int]:
        """What must lie channels first in memory, because it is flattened where it lies."""
        found: set[int] = set()
        for number in reversed(range(len(self.kernels))):
            traits = self.traits[number]
            stays = traits.view or isinstance(self.kernels[number], InPlace)
            if traits.flat or (stays and self.first + number in found):
                found.add(self.program.instructions[number].inputs[0])
        return found

    def data_inputs(self, number: int) -> tuple[int, ...]:
        """The places whose data an instruction reads."""
        inputs, traits = self.program.instructions[number].inputs, self.traits[number]
        return inputs[:1] if traits.shape_of or traits.places_of else inputs

    def sole(self, place: int) -> bool:
        """Whether a tensor's memory is read once, through whatever views it has, and is neither input nor kept."""
        while place >= self.first and place not in self.kept and len(self.readers[place]) == 1:
            if not self.traits[place - self.first].view:
                return True
            place = self.program.instructions[place - self.first].inputs[0]
        return False

    def chain(self, number: int) -> int:
        """How many instructions from `number` on run as one: a kernel, and what changes its blocks in place."""
        steps = self.program.instructions
        count = 1
        if self.traits[number].finishes:
            while (
                number + count < len(steps)
                and isinstance(self.kernels[number + count], InPlace)
                and steps[number + count].inputs == (self.first + number + count - 1,)
                and self.sole(self.first + number + count - 1)
            ):
                count += 1
        return count

    def step(self, steps: range) -> Array:
        """Run a kernel, and the changes that follow it."""
        number = steps[0]
        instruction, kernel = self.program.instructions[number], self.kernels[number]
        meters = [self.meter.layer() for _ in steps]
        fields = self._resolved(number)
        if len(steps) > 1:
            fields["then"] = _Tail(self, steps[1:], meters[1:])
        if isinstance(kernel, InPlace):
            fields["reuse"] = self.sole(instruction.inputs[0])
        data = [self.values[place] for place in self.data_inputs(number)]
        arrays = self.source.weights(number, [self.shapes[place] for place in instruction.inputs])
        result = kernel(meters[0], data, arrays, **fields)
        last = self.first + steps[-1]
        if last in self.flattened:
            result = channels_first_in_memory(result)
        self.values[last] = result
        for i in steps:
            self.shapes[self.first + i] = result.shape
        self._note(meters, data, result)
        return result

    def _resolved(self, number: int) -> dict[str, Any]:
        """The fields of an instruction; a reference is replaced by what it stands for."""
        step, traits = self.program.instructions[number], self.traits[number]
        fields = dict(step.fields)
        place = self.first + number
        for other in step.inputs[1:]:
            if traits.shape_of:
                fields[traits.shape_of] = self.shapes[other][1:]
            if traits.places_of:
                fields[traits.places_of] = self.places[other]
        if place in self.remembered:
            fields["remember"] = lambda places: self.places.__setitem__(place, places)
        return fields

    def _note(self, meters: Sequence[Meter], data: Sequence[Array], result: Array) -> None:
        """What was held while this step ran."""
        held = {id(owner(x)): x.size for x in self.values.values()}
        if id(owner(result)) not in {id(owner(x)) for x in data}:
            meters[-1].bytes += result.nbytes
        alive = Alive(tuple(held.values()), tuple(places.taps.size for places in self.places.values()))
        self.meter.alive += [alive] * len(meters)

    def forget(self, steps: range) -> None:
        """Drop what nobody will read any more."""
        done = steps[-1]
        for place in list(self.values):
            if place not in self.kept and (not self.readers[place] or self.readers[place][-1] <= done):
                del self.values[place]
        for place in list(self.places):
            if self.remembered[place] <= done:
                del self.places[place]


def given_inputs(program: Program, seed: int, dtype: str) -> dict[str, Array]:
    """The inputs that a seed stands for."""
    return {name: generate_input(seed, i, shape, dtype) for i, (name, shape) in enumerate(program.inputs)}


def _checked_inputs(program: Program, given: Mapping[str, Array], dtype: str) -> list[Array]:
    names = [name for name, _ in program.inputs]
    if sorted(given) != sorted(names):
        raise ValueError(f"the inputs must be {', '.join(names)}, but are {', '.join(given) or 'none'}")
    return [_checked(f"input {name}", given[name], shape, dtype) for name, shape in program.inputs]


def wanted_weights(step: Instruction, shapes: Sequence[Shape]) -> dict[str, Shape]:
    """The shape of every array that an instruction reads, given those of its inputs."""
    function = find_weights(step.word)
    return {} if function is None else function(shapes, **step.fields)


def elements_held(step: Instruction, shapes: Sequence[Shape], output: Shape) -> int:
    """How many elements an instruction holds at most beside its inputs, output and weights, blocks of work apart."""
    function, kernel = find_work(step.word), find(step.word)
    if function is not None:
        return function(shapes, output, **step.fields)
    if isinstance(kernel, InPlace):
        return volume(output) + TEMPORARIES * output[0]
    return copies(shapes, output)


def _checked(what: str, array: Array, shape: Shape, dtype: str) -> Array:
    """The array in the type of the run.

    Raises ValueError where its shape is another one or its elements are no real numbers.
    """
    array = np.asarray(array)
    if array.shape == shape and array.dtype == dtype:
        return array
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{what} must hold real numbers, but holds {array.dtype}")
    if array.shape != tuple(shape):
        raise ValueError(f"{what} must have the shape {dims(shape)}, but has {dims(array.shape) or 'none'}")
    return array.astype(dtype, copy=False)
