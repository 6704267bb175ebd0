"""The house rules: which room may import which, where each package is allowed, and what a command must not load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SPEC = "specs/mobilenet_v1.yaml"
COMMANDS = (
    ("--help",),
    ("analyze", SPEC),
    ("analyze", SPEC, "--json"),
    ("compare", "examples/stage.yaml"),
    ("rf", SPEC),
    ("check", SPEC),
    ("diff", SPEC, "specs/mobilenet_v2.yaml"),
)

# A room sees what stands to its left on a line; rooms of one group do not see each other. Importing a name for its
# type alone (`if TYPE_CHECKING`) is an arrow like any other: whoever reads the file has to know both rooms.
LINES = (
    "types <- wording <- errors <- ops <- graph <- language <- check <- render <- api <- project <- cli",
    "graph <- analysis <- check, verify",
    "analysis <- render",
    "types <- numpy_backend <- verify <- api",
    "words <- ops, numpy_backend",
    "types <- figures <- language, analysis, check, verify, render, explain",
    "files <- verify, project, cli",
    "codes <- render, explain",
    "docstrings <- codes, language, explain",
    "api <- explain <- cli",
)
DOORS = {"__init__": "api", "__main__": "cli"}  # they see what this room sees, and the room itself

PACKAGES = {
    "click": ("cli",),
    "numpy": ("numpy_backend", "verify"),
    "rich": ("render/formats", "cli"),
    "yaml": ("language/reading",),
}


def rooms_seen() -> dict[str, set[str]]:
    seen: dict[str, set[str]] = {}
    for line in LINES:
        left: set[str] = set()
        for group in line.split(" <- "):
            names = group.split(", ")
            for name in names:
                seen.setdefault(name, set()).update(left)
            left.update(names)
    for _ in LINES:  # what a room sees, its users see too; one line may lean on another
        for rooms in seen.values():
            rooms.update(*[seen[name] for name in rooms])
    return seen | {door: seen[room] | {room} for door, room in DOORS.items()}


def imports(path: Path, package: Path) -> Iterator[tuple[int, str]]:
    """The line and the full name of everything a file imports, wherever in the file: `convcost.ops.core.operation.Op`."""
    parents = (package.name, *path.relative_to(package).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = parents[: len(parents) - node.level + 1] if node.level else ()
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def wrong_arrows(package: Path) -> list[str]:
    """Every import of the package that the house rules forbid, as `file:line: reason`."""
    seen = rooms_seen()
    found = []
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        room = inside.parts[0].removesuffix(".py")
        if room not in seen:
            found.append(f"{inside}: {room} is a room without a place in LINES")
            continue
        for line, name in imports(path, package):
            reason = objection(inside, name, package.name, seen)
            if reason:
                found.append(f"{inside}:{line}: {reason}")
    return found


def objection(inside: Path, name: str, package: str, seen: dict[str, set[str]]) -> str | None:
    room = inside.parts[0].removesuffix(".py")
    top, *rest = name.split(".")
    if top == package:
        target = rest[0] if rest and rest[0] in seen else "__init__"
        # the package itself holds nothing but its version and its public names; only the outermost rooms ask for it
        allowed = room in ("api", "cli", "__main__") if target == "__init__" else target in {room, *seen[room]}
        return None if allowed else f"{room} must not see {target}"
    if top in PACKAGES:
        return (
            None
            if any(map(inside.as_posix().startswith, PACKAGES[top]))
            else f"{top} must be imported only under {' and '.join(PACKAGES[top])}"
        )
    return None if top in sys.stdlib_module_names else f"{top} is no package of the core"


def test_every_import_points_the_right_way() -> None:
    assert wrong_arrows(ROOT / "convcost") == []


def test_formulas_and_kernels_never_see_each_other() -> None:
    seen = rooms_seen()
    assert "numpy_backend" not in seen["ops"]
    assert seen["numpy_backend"] == {"types", "words"}
    assert {room for room in seen if {"ops", "numpy_backend"} <= seen[room]} == {
        "verify",
        "api",
        "explain",
        "project",
        "cli",
    } | {*DOORS}


BAD_HOUSE = {
    "types.py": "from .errors import Complaint",
    "errors.py": "import convcost.types",
    "ops/__init__.py": "def late():\n    from ..numpy_backend.meter import Meter",
    "ops/conv.py": "import numpy as np",
    "graph.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .analysis.cost import Analysis",
    "numpy_backend/kernels/conv.py": "from ... import ops\nimport numpy",
    "analysis/compare.py": "from .. import check\nfrom . import cost",
    "check/judge.py": "import rich.table",
    "language/document.py": "import yaml",
    "language/reading/yaml.py": "import yaml, os.path\nfrom .. import expand\nfrom ... import __version__",
    "render/formats/text.py": "import rich\nfrom ...api.network import Network\nimport pandas",
    "render/blocks.py": "import rich",
    "cli/main.py": "import click\nfrom ..verify import verify\nfrom .. import __version__",
    "helpers/misc.py": "",
    "__init__.py": "from .api.network import load",
}


def test_a_wrong_arrow_is_found(tmp_path: Path) -> None:
    package = tmp_path / "convcost"
    for name, text in BAD_HOUSE.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert wrong_arrows(package) == [
        "analysis/compare.py:1: analysis must not see check",
        "check/judge.py:1: rich must be imported only under render/formats and cli",
        "graph.py:3: graph must not see analysis",
        "helpers/misc.py: helpers is a room without a place in LINES",
        "language/document.py:1: yaml must be imported only under language/reading",
        "language/reading/yaml.py:3: language must not see __init__",
        "numpy_backend/kernels/conv.py:1: numpy_backend must not see ops",
        "ops/__init__.py:2: ops must not see numpy_backend",
        "ops/conv.py:1: numpy must be imported only under numpy_backend and verify",
        "render/blocks.py:1: rich must be imported only under render/formats and cli",
        "render/formats/text.py:2: render must not see api",
        "render/formats/text.py:3: pandas is no package of the core",
        "types.py:1: types must not see errors",
    ]


def lengths(package: Path) -> Iterator[tuple[int, str]]:
    """The lines of every function, its decorators aside."""
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                yield node.end_lineno - node.lineno + 1, f"{path.relative_to(package)}: {node.name}"


def test_no_function_is_longer_than_44_lines() -> None:
    assert [found for found in lengths(ROOT / "convcost") if found[0] > 44] == []


# What a start-up pays for. ----------------------------------------------------------------------------------

# Each costs 2 to 20 ms, a good part of a start-up, and a command line does not need them.
SLOW = ("dataclasses", "difflib", "importlib.metadata", "importlib.resources", "pathlib", "tomllib")
ON_IMPORT = (*SLOW, "click", "fractions", "json", "numpy", "rich", "yaml")


def modules_loaded(statement: str, cwd: Path = ROOT) -> set[str]:
    """The modules that a fresh interpreter loads for a statement, beyond those it starts with."""
    code = (
        "import sys; before = set(sys.modules)\n"
        f"try:\n    {statement}\n"
        "finally:\n    print(*sorted(set(sys.modules) - before), file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stderr.split())


def command(*words: str) -> str:
    return f"sys.argv = {['convcost', *words]}; from convcost.cli.main import main; sys.exit(main())"


def test_importing_convcost_stays_light() -> None:
    loaded = modules_loaded("import convcost")
    assert "convcost" in loaded
    assert loaded.isdisjoint(ON_IMPORT)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_loads_no_slow_module(words: tuple[str, ...]) -> None:
    loaded = modules_loaded(command(*words))
    assert "convcost.cli.main" in loaded
    assert loaded.isdisjoint((*SLOW, "numpy", "rich"))


def test_a_heavy_import_is_found(tmp_path: Path) -> None:
    (tmp_path / "convcost").mkdir()
    (tmp_path / "convcost" / "__init__.py").write_text("import numpy, click", encoding="utf-8")
    assert {"numpy", "click"} <= modules_loaded("import convcost", cwd=tmp_path)
