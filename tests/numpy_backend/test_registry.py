"""Every primitive operation has its kernel, in the file of the same name."""

from __future__ import annotations

import inspect
from math import prod
from pathlib import Path

import pytest

from convcost import numpy_backend, ops
from convcost.numpy_backend import find, find_weights
from convcost.ops.core.operation import Composite
from convcost.words import file_of
from tests.ops.samples import example, random_cases

PRIMITIVE = tuple(word for word in ops.names() if not issubclass(ops.find(word), Composite))


@pytest.mark.parametrize("word", PRIMITIVE)
def test_a_kernel_lives_where_its_operation_lives(word):
    kernel = find(word)
    function = getattr(kernel, "change", kernel)
    assert function.__name__ == word
    assert function.__module__.rpartition(".")[2] == file_of(word)
    assert inspect.getdoc(function)


@pytest.mark.parametrize("word", PRIMITIVE)
def test_a_kernel_takes_the_fields_of_its_operation(word):
    kernel = find(word)
    function = getattr(kernel, "change", kernel)
    taken = {name for name, p in inspect.signature(function).parameters.items() if p.kind is p.KEYWORD_ONLY}
    assert taken - {"then", "remember"} == set(ops.find(word).fields)


@pytest.mark.parametrize("word", PRIMITIVE)
def test_weights_are_the_learnable_numbers(word):
    function = find_weights(word)
    for op, shapes in [example(word), *random_cases(word, 10)]:
        fields = {name: getattr(op, name) for name in op.fields}
        arrays = {} if function is None else function(shapes, **fields)
        learnable = {name: shape for name, shape in arrays.items() if not name.startswith("running_")}
        assert sum(map(prod, learnable.values())) == op.params(*shapes), (op, shapes)
        told = {name: elements for name, elements in op.weights(*shapes).items() if elements}
        assert {name: prod(shape) for name, shape in learnable.items()} == told, (op, shapes)


def test_no_file_without_an_operation():
    files = {path.stem for path in (Path(numpy_backend.__file__).parent / "kernels").glob("*.py")}
    assert files == {"__init__"} | {file_of(word) for word in PRIMITIVE}
