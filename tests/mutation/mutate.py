"""Does verify notice a formula that is wrong? `python tests/mutation/mutate.py [--seconds 300] [--seed 0]`.

Operators, comparisons, whole numbers, min and max, and and or, and what is returned, are changed, one at a time, in
the formulas of ops/ and analysis/. A mutant that moves a figure which verify confirms, of any of the small networks here,
must make verify disagree, or stop, on that network; else it must be listed in equivalent.txt, with the reason. By hand
and monthly; prints the survivors, and in the last line the counts. Exit code 1 if one is not listed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
import time
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Iterator

ANALYSIS = ("cost", "memory", "field/extent", "field/coverage")
LIMIT = 20
"""Seconds that one mutant may take: one that does not end is noticed."""

SAME, MOVED, NOTICED = 0, 3, 4

SWAPS: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Lt: [ast.LtE],
    ast.LtE: [ast.Lt],
    ast.Gt: [ast.GtE],
    ast.GtE: [ast.Gt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}
FORMULAS = {"check", "complaints", "form", "label", "quantities", "_numbers", "__repr__", "__init_subclass__"}
"""Methods that are no formulas: nothing in them is changed."""


class Mutant:
    """One change: of which file, which line, what for what."""

    def __init__(self, path: Path, number: int, line: int, what: str) -> None:
        self.path = path
        self.number = number
        self.line = line
        self.what = what

    @property
    def key(self) -> str:
        """As equivalent.txt names it: by the line's text, which outlives its number."""
        text = self.path.read_text(encoding="utf-8").splitlines()[self.line - 1].strip()
        return f"{self.path.relative_to(ROOT).as_posix()} | {text} | {self.what}"


def changes(tree: ast.Module) -> Iterator[tuple[int, str, Any]]:
    """Every change that can be made to a module: its line, what it is, and what makes it."""
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        if function.name in FORMULAS:
            continue
        for node in [inner for part in function.body for inner in ast.walk(part)]:
            yield from _changes(node)
            if isinstance(node, ast.Return) and node.value is not None:
                yield from _returned(node, ast.unparse(function.returns) if function.returns else "")


def _changes(node: ast.AST) -> Iterator[tuple[int, str, Any]]:
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        for other in SWAPS[type(node.op)]:
            yield node.lineno, f"{type(node.op).__name__} {other.__name__}", _setting(node, "op", other())
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        for other in SWAPS[type(node.ops[0])]:
            what = f"{type(node.ops[0]).__name__} {other.__name__}"
            yield node.lineno, what, _setting(node, "ops", [other(), *node.ops[1:]])
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        for step in (1, -1):
            yield node.lineno, f"{node.value} {node.value + step}", _setting(node, "value", node.value + step)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
        other_name = "max" if node.func.id == "min" else "min"
        yield node.lineno, f"{node.func.id} {other_name}", _setting(node.func, "id", other_name)


def _returned(node: ast.Return, kind: str) -> Iterator[tuple[int, str, Any]]:
    """What a function of some kind gives back is another number, the opposite, none of it or nothing."""
    value: Any = node.value
    if kind == "int":
        yield node.lineno, "return +1", _setting(node, "value", ast.BinOp(value, ast.Add(), ast.Constant(1)))
    elif kind == "bool":
        yield node.lineno, "return not", _setting(node, "value", ast.UnaryOp(ast.Not(), value))
    elif kind.startswith(("list[", "tuple[")) or kind == "Shape":
        part = ast.Slice(upper=ast.Constant(-1))
        yield node.lineno, "return [:-1]", _setting(node, "value", ast.Subscript(value, part, ast.Load()))
    else:
        yield node.lineno, "return None", _setting(node, "value", ast.Constant(None))


def _setting(node: Any, name: str, value: Any) -> Any:
    return lambda: setattr(node, name, value)


def mutants() -> list[Mutant]:
    """All of them."""
    paths = [*sorted((ROOT / "convcost/ops").rglob("*.py")), *[ROOT / f"convcost/analysis/{n}.py" for n in ANALYSIS]]
    return [
        Mutant(path, number, line, what)
        for path in paths
        if path.name != "__init__.py"
        for number, (line, what, _) in enumerate(changes(ast.parse(path.read_text(encoding="utf-8"))))
    ]


def networks() -> list[str]:
    """Small specs, with windows, holes, unions, turns and none."""
    return [part for part in (HERE / "networks.yaml").read_text(encoding="utf-8").split("---\n") if part.strip()]


def figures(spec: str) -> Any:
    """What is published and confirmed of a network."""
    from convcost.analysis.cost import Analysis
    from convcost.analysis.field.coverage import coverage, read_sets
    from convcost.api.network import Network
    from convcost.render.analysis import field_figures

    graph = Network.from_text(spec).graph()
    analysis = Analysis(graph)
    totals = {**analysis.totals._asdict(), "elementwise": 0, "weight_bytes": 0}
    merging = any(len(node.inputs) > 1 for node in graph.nodes)  # a union, whose coverage is not confirmed
    rows = []
    for row, read in zip(analysis.layers, read_sets(graph, graph.inputs[0].name)):
        field = row.receptive_field
        listed = isinstance(field, tuple)
        share = None if merging else coverage(field, read)
        rows.append((row.output_shape, row.cost[:3], field_figures(field) if listed else str(field), share))
    found = analysis.receptive_field
    return totals, rows, found and (found.layer, str(field_figures(found.extents)))


def verdict(mutant: Mutant, right: list[Any], specs: list[str]) -> int:
    """What becomes of a mutant, in a process of its own that has imported nothing of it yet."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    list(changes(tree))[mutant.number][2]()
    code = compile(ast.fix_missing_locations(tree), str(mutant.path), "exec")
    name = mutant.path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    sys.meta_path.insert(0, _Loader(name, mutant.path, code))
    moved = False
    for spec, expected in zip(specs, right):
        try:
            published = str(figures(spec))
        except Exception:  # noqa: BLE001 - whatever a mutant breaks: then nothing is published
            published = expected
        if published == expected:
            continue
        moved = True
        from convcost.api.network import Network

        try:
            if not Network.from_text(spec).verify().agree:
                return NOTICED
        except Exception:  # noqa: BLE001 - who gets no verdict notices
            return NOTICED
    return MOVED if moved else SAME


class _Loader:
    """Imports one module from code that was changed."""

    def __init__(self, name: str, path: Path, code: Any) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, name: str, *given: Any) -> Any:
        """The module, if it is that one."""
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def create_module(self, spec: Any) -> None:
        """As usual."""

    def exec_module(self, module: Any) -> None:
        """Run the changed code."""
        exec(self.code, vars(module))  # noqa: S102 - our own code, changed


def forked(work: Any) -> int:
    """The exit code of some work in a process of its own."""
    child = os.fork()
    if not child:
        import signal

        signal.alarm(LIMIT)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            os._exit(work())
        except BaseException:  # noqa: BLE001 - whatever a mutant breaks
            os._exit(NOTICED)
    status = os.waitpid(child, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else NOTICED


def right_figures(specs: list[str]) -> list[str]:
    """Those of the unchanged formulas, asked in a process of its own; on all of which verify agrees."""
    import json

    read, write = os.pipe()

    def work() -> int:
        from convcost.api.network import Network

        for spec in specs:
            assert Network.from_text(spec).verify().agree, spec
        os.write(write, json.dumps([str(figures(spec)) for spec in specs]).encode())
        os.close(write)
        return SAME

    import threading

    parts: list[bytes] = []

    def drain() -> None:
        while part := os.read(read, 1 << 16):
            parts.append(part)

    reader = threading.Thread(target=drain)
    reader.start()
    result = forked(work)
    os.close(write)
    reader.join()
    assert result == SAME, "verify does not agree without any mutant"
    found: list[str] = json.loads(b"".join(parts))
    return found


def main() -> int:
    """Try mutants in a random order until the time is over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    import numpy as np  # once, for all that are forked

    del np
    listed = {
        " | ".join(line.split(" | ")[:3])
        for line in (HERE / "equivalent.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    specs = networks()
    right = right_figures(specs)
    every = mutants()
    random.Random(chosen.seed).shuffle(every)
    begin = time.monotonic()
    tried = moved = noticed = known = 0
    for mutant in every:
        if time.monotonic() - begin > chosen.seconds:
            break
        tried += 1
        result = forked(lambda m=mutant: verdict(m, right, specs))
        moved += result in (MOVED, NOTICED)
        noticed += result == NOTICED
        if result == MOVED:
            if mutant.key in listed:
                known += 1
            else:
                print(f"survived: line {mutant.line}: {mutant.key}", flush=True)
    print(
        f"{tried} of {len(every)} mutants: {moved} move a figure, {noticed} noticed, {known} listed (seed {chosen.seed})"
    )
    return int(moved > noticed + known)


if __name__ == "__main__":
    sys.exit(main())
