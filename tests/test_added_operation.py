"""An operation that is added as CONTRIBUTING says, two files in folders of its own, works in every command."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import convcost
from convcost import numpy_backend, ops
from convcost.explain.pages import explain
from convcost.language.schema import schema
from convcost.numpy_backend import kernels
from convcost.ops.core.fields import Numeric
from convcost.words import file_of
from tests.cli.conftest import convcost as command
from tests.test_house import imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from convcost.ops.core.fields import Written
    from tests.cli.conftest import Answer

__all__ = ["command"]

WORD = "global_min_pool"
OPERATION = '''
from .global_pool import GlobalPool


class GlobalMinPool(GlobalPool):
    """Global min pooling: the smallest value of each channel. "positions" are those of the input.

    Formulas:
        size = 1
        elementwise = C * positions

    Example:
        [1024, 7, 7]
        global_min_pool
    """
'''
KERNEL = '''
def global_min_pool(meter, inputs, weights):
    """The smallest value of each channel."""
    return -(-inputs[0]).max(axis=tuple(range(1, inputs[0].ndim)), keepdims=True)
'''
SPEC = "input: [3, 12, 12]\nlayers: [conv: {out: 4, kernel: 3, padding: 1}, global_min_pool, linear: 2]\n"
FORMS = ("text", "json", "markdown", "csv")
CHECKS = ("text", "json", "markdown", "github", "gitlab", "sarif", "junit")
COMMANDS = [
    *[
        (word, *specs, "--format", form)
        for word, *specs in (
            ("analyze", "min.yaml"),
            ("compare", "max.yaml", "min.yaml"),
            ("rf", "min.yaml"),
            ("verify", "min.yaml"),
            ("diff", "max.yaml", "min.yaml"),
        )
        for form in FORMS
    ],
    *[("check", "min.yaml", "--format", form) for form in CHECKS],
    ("verify", "min.yaml", "--quick", "--output", "min.npz"),
    ("lock", "min.yaml"),
    ("schema",),
    ("explain", WORD),
]


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operation is there, and a spec of it and one with its twin are in the working directory."""
    for package, text in ((ops, OPERATION), (kernels, KERNEL)):
        folder = tmp_path / package.__name__.rpartition(".")[2]
        folder.mkdir()
        (folder / f"{WORD}.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    _forget()
    monkeypatch.chdir(tmp_path)
    Path("min.yaml").write_text(SPEC, encoding="utf-8")
    Path("max.yaml").write_text(SPEC.replace("min", "max"), encoding="utf-8")
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    ops._found.pop(WORD, None)
    ops.names.cache_clear()
    numpy_backend._module.cache_clear()
    for package in (ops, kernels):
        sys.modules.pop(f"{package.__name__}.{WORD}", None)
        vars(package).pop(WORD, None)


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_knows_it(command: Callable[..., Answer], words: tuple[str, ...]) -> None:
    answer = command(*words)
    assert answer.code == 0, answer
    if words[0] in ("schema", "explain"):
        assert WORD in answer.out


@pytest.mark.usefixtures("added")
def test_it_is_run_and_confirmed() -> None:
    network = convcost.load("min.yaml")
    x = np.random.default_rng(1).standard_normal((3, 12, 12)).astype("float32")
    kept = network.run({"input": x}, keep=["conv1", "global_min_pool1"])
    assert np.array_equal(kept["global_min_pool1"], kept["conv1"].min(axis=(1, 2), keepdims=True))
    shown = network.verify()
    assert shown.agree
    assert [layer.op for layer in shown.layers] == ["conv", WORD, "linear"]


@pytest.mark.usefixtures("added")
def test_a_kernel_of_it_that_is_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: the smallest of the first row depends on that row alone."""
    right = numpy_backend.find(WORD)
    monkeypatch.setattr(
        sys.modules[f"convcost.numpy_backend.kernels.{WORD}"], WORD, lambda m, x, w: right(m, [x[0][:, :1]], w)
    )
    assert [problem.code for problem in convcost.load("min.yaml").verify().problems] == ["CC505"]


class Even(Numeric):
    """A kind of field that nobody else knows."""

    def convert(self, written: Written) -> object:
        value = super().convert(written)
        return value if value % 2 == 0 else written.fail("CC104", f"must be even, but is {value}")

    def forms(self) -> str:
        return "an even number"

    def schema(self) -> dict[str, object]:
        return {**super().schema(), "multipleOf": 2}


def test_a_kind_of_field_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ops.find("unpool").fields, "scale", Even("times"))
    network = convcost.Network.from_text("[unpool: 1 + 1]", input="1x4x4")
    assert network.analyze().layers[0].output_shape == (1, 8, 8)
    with pytest.raises(convcost.SpecError, match="scale must be even, but is 3"):
        convcost.Network.from_text("[unpool: {scale: 3}]", input="1x4x4").analyze()
    assert schema()["$defs"]["op_unpool"]["anyOf"][0]["properties"]["scale"]["multipleOf"] == 2
    assert "times; an even number (required)" in explain("unpool")


FIELDS = {name for word in ops.names() for name in ops.find(word).fields}
WORDS = {*ops.names()} - FIELDS
"""Some words are fields too (`scale`)."""
ENGLISH = {"add", "crop", "dropout", "flatten", "identity", "linear", "pad", "resize", "slice"}
OWN = ("ops/[a-z]*.py", "numpy_backend/kernels/[a-z]*.py", "words.py")
FOR_PEOPLE = ("explain/pages.py", "figures.py", "language/reading/yaml.py", "language/parser.py")
"""Their sentences mention operations, as examples; docstrings may everywhere."""


def named(package: Path) -> Iterator[str]:
    """Where a file names an operation that is not its own: asks for it, imports it, or mentions it in a sentence."""
    files = "|".join({file_of(word) for word in ops.names()})
    own = {path for pattern in OWN for path in package.glob(pattern)}
    for path in sorted({*package.rglob("*.py")} - own):
        place = path.relative_to(package).as_posix()
        for line, name in imports(path, package):
            if re.match(rf"{package.name}\.(ops|numpy_backend\.kernels)\.({files})\b", name):
                yield f"{place}:{line} imports {name}"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
                continue
            words = {*re.findall(r"\w+", node.value)} & (WORDS - ENGLISH) if place not in FOR_PEOPLE else set()
            if node.value in WORDS or words:
                yield f"{place}:{node.lineno} says {node.value}"


def test_nothing_but_its_two_files_names_an_operation() -> None:
    """Who needs to know something of an operation asks its traits."""
    assert [*named(Path(convcost.__file__).parent)] == []


BAD = {
    "ops/conv.py": 'word = "depthwise"',
    "words.py": 'SHARED = "relu"',
    "figures.py": 'meaning = "A max_unpool keeps its indices."',
    "graph.py": '"""After linear, or a conv."""\nfield = "scale"\nmessage = "add one"',
    "analysis/a.py": 'if op.word == "add": ...',
    "analysis/b.py": 'TABLE = "conv, depthwise".split(", ")',
    "explain/pages.py": 'op = find("conv")',
    "ops/__init__.py": 'FILES = {"relu": "activation"}',
    "verify/c.py": "from ..ops.max_unpool import MaxUnpool\nfrom ..ops.core.operation import Op",
    "numpy_backend/program.py": "def late():\n    from .kernels import pool",
}


def test_one_that_is_named_is_found(tmp_path: Path) -> None:
    for name, text in BAD.items():
        path = tmp_path / "convcost" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert [*named(tmp_path / "convcost")] == [
        "analysis/a.py:1 says add",
        "analysis/b.py:1 says conv, depthwise",
        "explain/pages.py:1 says conv",
        "numpy_backend/program.py:2 imports convcost.numpy_backend.kernels.pool",
        "ops/__init__.py:1 says relu",
        "verify/c.py:1 imports convcost.ops.max_unpool.MaxUnpool",
    ]
