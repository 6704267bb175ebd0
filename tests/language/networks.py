"""What a spec gives, in short: its layers, their shapes, or what is wrong with it."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from convcost.api.network import Network
from convcost.errors import SpecError

if TYPE_CHECKING:
    from convcost.errors import Problem
    from convcost.graph import Graph, Node


def read(text: str, **options: Any) -> Network:
    """The network of a spec written in a test."""
    return Network.from_text(dedent(text).removeprefix("\n"), **options)


def graph(text: str, variant: str | None = None, **options: Any) -> Graph:
    return read(text, **options).graph(variant)


def shapes(text: str, variant: str | None = None, **options: Any) -> dict[str, tuple[int, ...]]:
    """Every layer with its shape, in order."""
    return {node.name: node.shape for node in graph(text, variant, **options).nodes}


def names(text: str, **options: Any) -> list[str]:
    return list(shapes(text, **options))


def wiring(text: str, **options: Any) -> dict[str, list[str]]:
    """Every layer with the names of what feeds it."""
    return {node.name: [source.name for source in node.inputs] for node in graph(text, **options).nodes}


def layer(text: str, name: str, **options: Any) -> Node:
    return next(node for node in graph(text, **options).nodes if node.name == name)


def chain(*steps: str, head: str = "", input: str = "[3, 8, 8]") -> str:
    """A spec of some steps, each written as in a list; the first stands on line 3, behind a head of one line on line 4."""
    start = f"{head}\n" if head else ""
    return f"{start}input: {input}\nlayers:\n" + "".join(f"  - {step}\n" for step in steps)


def out(expression: str, head: str = "") -> int:
    """The value of an expression, as the channels of a convolution."""
    return graph(chain(f"conv: {{out: {expression}, kernel: 1}}", head=head)).nodes[-1].shape[0]


def problems(text: str, variant: str | None = None, **options: Any) -> tuple[Problem, ...]:
    """Everything that is wrong with a spec, in the order it is shown."""
    with pytest.raises(SpecError) as caught:
        graph(text, variant, **options)
    return caught.value.problems


def wrong(text: str, variant: str | None = None, **options: Any) -> list[str]:
    """Everything that is wrong, each as `line:column CODE sentence`."""
    found = problems(text, variant, **options)
    return [f"{p.location.line}:{p.location.column} {p.code} {p.message}" for p in found]


def notes(text: str, **options: Any) -> list[str]:
    """The notes of the only problem, each with its place if it has one."""
    [problem] = problems(text, **options)
    return [
        f"{note.location.line}:{note.location.column} {note.message}" if note.location else note.message
        for note in problem.notes
    ]
