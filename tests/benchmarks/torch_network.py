"""A program of the NumPy backend, run by PyTorch as a person would write it: eager, functional, default layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from convcost.numpy_backend.program import Instruction, Program

Tensor = Any
Weights = dict[str, Tensor]


class TorchNetwork:
    """The layers of a program with their weights; a call runs them in order and drops what nobody reads any more."""

    def __init__(self, program: Program, weights: Mapping[str, Mapping[str, Any]]) -> None:
        self.program = program
        self.first = len(program.inputs)
        self.weights = [tensors(weights.get(step.name, {})) for step in program.instructions]
        self.readers = [0] * (self.first + len(program.instructions))
        pooled = set()
        for step in program.instructions:
            for place in step.inputs:
                self.readers[place] += 1
            if step.word == "max_unpool":
                pooled.add(step.inputs[1])
        self.remembering = {place - self.first for place in pooled}

    def __call__(self, *inputs: Tensor) -> list[Tensor]:
        for _ in self.steps(*inputs):
            pass
        return [self.values[place] for place in self.program.outputs]

    def steps(self, *inputs: Tensor) -> Iterator[int]:
        """Run the layers one by one; yields the number of each when it is done."""
        self.values = dict(enumerate(inputs))
        self.shapes = {place: tuple(x.shape[2:]) for place, x in self.values.items()}
        self.indices: dict[int, tuple[Tensor, tuple[int, ...]]] = {}
        left = list(self.readers)
        for number, step in enumerate(self.program.instructions):
            place = self.first + number
            given = [self.values[source] for source in step.inputs if source in self.values]
            self.values[place] = self._run(number, step, given)
            self.shapes[place] = tuple(self.values[place].shape[2:])
            del given
            for source in step.inputs:
                left[source] -= 1
                if not left[source] and source not in self.program.outputs:
                    self.values.pop(source, None)
            yield number

    def _run(self, number: int, step: Instruction, given: list[Tensor]) -> Tensor:
        fields, weights = step.fields, self.weights[number]
        if step.word == "max_unpool":
            indices, size = self.indices[step.inputs[1]]
            return functional.max_unpool2d(given[0], indices, 2, output_size=size)
        if number in self.remembering:
            kernel, ceil = fields["kernel"], fields["ceil_mode"]
            y, indices = functional.max_pool2d(given[0], kernel, ceil_mode=ceil, return_indices=True)
            self.indices[self.first + number] = indices, tuple(given[0].shape[2:])
            return y
        return LAYERS[step.word](fields, weights, *given)


def tensors(arrays: Mapping[str, Any]) -> Weights:
    return {name: torch.from_numpy(array).contiguous() for name, array in arrays.items()}


def around(padding: Any, sizes: tuple[int, ...], kernel: Any, stride: Any) -> tuple[Any, list[int]]:
    """Padding as a convolution takes it, and what has to be padded before: `same` may be uneven."""
    if padding != "same":
        return (0 if padding == "valid" else padding), []
    missing = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in sizes]
    if all(m % 2 == 0 for m in missing):
        return [m // 2 for m in missing], []
    return 0, [side for m in reversed(missing) for side in (m // 2, m - m // 2)]


def convolved(fields: Mapping[str, Any], weights: Weights, x: Tensor) -> Tensor:
    kernel, stride = fields.get("kernel", 1), fields["stride"]
    padding, before = around(fields.get("padding", 0), tuple(x.shape[2:]), kernel, stride)
    if before:
        x = functional.pad(x, before)
    groups = fields.get("groups", x.shape[1])
    function = getattr(functional, f"conv{x.dim() - 2}d")
    return function(x, weights["weight"], weights.get("bias"), stride, padding, fields.get("dilation", 1), groups)


def transposed(fields: Mapping[str, Any], weights: Weights, x: Tensor) -> Tensor:
    function = getattr(functional, f"conv_transpose{x.dim() - 2}d")
    names = ("stride", "padding", "output_padding", "groups", "dilation")
    return function(x, weights["weight"], weights.get("bias"), *[fields[name] for name in names])


def pooled(name: str) -> Callable[..., Tensor]:
    def run(fields: Mapping[str, Any], weights: Weights, x: Tensor) -> Tensor:
        more = {"dilation": fields["dilation"]} if name == "max" else {"count_include_pad": fields["count_include_pad"]}
        function = getattr(functional, f"{name}_pool{x.dim() - 2}d")
        return function(x, fields["kernel"], fields["stride"], fields["padding"], ceil_mode=fields["ceil_mode"], **more)

    return run


def normalised(fields: Mapping[str, Any], w: Weights, x: Tensor) -> Tensor:
    return functional.batch_norm(x, w["running_mean"], w["running_var"], w.get("weight"), w.get("bias"))


LAYERS: dict[str, Callable[..., Tensor]] = {
    "conv": convolved,
    "depthwise": convolved,
    "pointwise": convolved,
    "conv_transpose": transposed,
    "linear": lambda f, w, x: functional.linear(x.flatten(1), w["weight"], w.get("bias")),
    "batch_norm": normalised,
    "relu": lambda f, w, x: functional.relu(x, inplace=True),
    "relu6": lambda f, w, x: functional.relu6(x, inplace=True),
    "max_pool": pooled("max"),
    "avg_pool": pooled("avg"),
    "global_avg_pool": lambda f, w, x: x.mean((2, 3), keepdim=True),
    "flatten": lambda f, w, x: x.flatten(1),
    "identity": lambda f, w, x: x,
    "add": lambda f, w, *x: torch.add(*x),
    "concat": lambda f, w, *x: torch.cat(x, 1),
}
