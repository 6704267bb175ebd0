"""A network, run for its values."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..files import whole
from ..numpy_backend.program import execute
from ..wording import suggestion
from .needs import check_dtype, check_memory, check_seed, memory_needed
from .program import program_of
from .smaller import halved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..graph import Graph, Node

Array: TypeAlias = NDArray[Any]


def run(
    graph: Graph,
    inputs: Mapping[str, Any] | None = None,
    weights: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    seed: int = 0,
    keep: Iterable[str] = (),
    dtype: str = "float32",
    max_memory: int | None = None,
) -> dict[str, Array]:
    """The outputs of a network by their names, and those of the layers to keep; `Network.run` says more."""
    check_dtype(dtype)
    check_seed(seed)
    check_memory(graph, memory_needed(graph, dtype), max_memory, lambda: memory_needed(halved(graph), dtype))
    names = {node.name: node.title for node in graph.outputs} | dict(_kept(graph, keep))
    given = None if inputs is None else dict(_arrays("inputs", inputs, dtype, before="input "))
    arrays = None
    if weights is not None:
        arrays = {
            layer: dict(_arrays(f"weights of {layer}", own, dtype, after=f" of {layer}"))
            for layer, own in _items("weights", weights)
        }
    try:
        found = execute(program_of(graph), given, arrays, seed=seed, dtype=dtype, keep=names)
    except (LookupError, ValueError) as error:
        raise UsageError(str(error)) from None
    except MemoryError:
        raise UsageError(f"there was not enough memory to run {graph.name}; a smaller input needs less") from None
    return {names[name]: array for name, array in found.items()}


def _kept(graph: Graph, keep: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The layers to keep: the name of the layer, and the name it was asked for with."""
    known: dict[str, Node] = {name: node for node in graph.nodes for name in (node.title, node.name)}
    for name in keep:
        if name not in known:
            raise UsageError(f"{graph.name} has no layer {name[:60]}{suggestion(name, known)}")
        yield known[name].name, name


def _items(what: str, given: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    if not hasattr(given, "items"):
        raise UsageError(f"the {what} must be a dict with names as keys, but a {type(given).__name__} is given")
    return given.items()


def _arrays(
    what: str, given: Mapping[str, Any], dtype: str, *, before: str = "", after: str = ""
) -> Iterator[tuple[str, Array]]:
    for name, value in _items(what, given):
        yield name, _finite(f"{before}{name}{after}", value, dtype)


def _finite(what: str, value: Any, dtype: str) -> Array:
    """An input or weights as an array.

    Raises UsageError where it holds what is no number, or none in the type of the run.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise UsageError(f"{what} must be an array, but is a list of lists of different lengths") from None
    if array.dtype.kind != "f":
        return array
    with np.errstate(over="ignore"):
        bad = np.argwhere(~np.isfinite(array.astype(dtype, copy=False)))
    if len(bad):
        first = tuple([int(i) for i in bad[0]])
        message = f"{what} must hold finite numbers of {dtype}, but holds {array[first]} at {list(first)}"
        raise UsageError(message + (f", and {len(bad) - 1:,} more" if len(bad) > 1 else ""))
    return array


def save(path: str, arrays: Mapping[str, Array]) -> None:
    """Write arrays to an .npz file under another name, and move it to its own when it is whole."""
    with whole(path) as written, open(written, "wb") as file:
        if written != path:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            return
        memory = BytesIO()  # a device or a pipe does not say where it is, which an archive must know
        np.savez(memory, **arrays)  # type: ignore[arg-type]
        file.write(memory.getbuffer())
