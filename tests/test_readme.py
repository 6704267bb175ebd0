"""README and examples do what they show. `RENEW=1 pytest tests/test_readme.py` writes the real output into README.

A comment just before a block says what it is:

    <!-- file: net.yaml -->   the block becomes that file, beside specs/ and examples/
    <!-- exit: 1 -->          the command answers no: its exit code, and its messages shown with its output
    <!-- not run -->          shown only
    <!-- setup: run -->       one command that sets up; .ci/run runs it in a fresh copy

A `console` block holds commands (`$ convcost ...`), each followed by all it prints, or by nothing, which promises only
that it succeeds. A `python` block is a doctest; names made in one are known in the next.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
RENEW = bool(os.environ.get("RENEW"))
PROGRAMS = {"convcost": [sys.executable, "-m", "convcost"], "python": [sys.executable]}
FENCED = re.compile(r"^(?:<!-- (?P<mark>[^\n]+) -->\n+)?```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    kind: str
    mark: str
    body: str
    line: int


class Command(NamedTuple):
    words: str
    shown: str


class Promise(NamedTuple):
    """One command that a text shows, and what it is to do."""

    path: Path
    line: int
    command: Command
    exit_code: int = 0

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}"


def blocks(text: str) -> list[Block]:
    return [
        Block(m["kind"], m["mark"] or "", m["body"], text.count("\n", 0, m.start("body")) + 1)
        for m in FENCED.finditer(text)
    ]


def commands(body: str) -> list[tuple[int, Command]]:
    """Each command of a console block, its line counted from 0, with the lines below it."""
    found: list[tuple[int, Command]] = []
    for number, line in enumerate(body.splitlines()):
        if line.startswith("$ "):
            found.append((number, Command(line[2:], "")))
        elif found:
            start, last = found[-1]
            found[-1] = start, last._replace(shown=last.shown + line + "\n")
        else:
            raise ValueError(f"a console block must begin with `$ `, but begins with {line!r}")
    return found


def is_run(block: Block) -> bool:
    return block.mark != "not run" and not block.mark.startswith("setup:")


def promises(path: Path) -> list[Promise]:
    """The commands of a Markdown text, or of the comment that a spec begins with (`# $ convcost ...`)."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        head = [line for line in text.splitlines() if line.startswith("# $ ")]
        return [Promise(path, 1 + text.splitlines().index(line), Command(line[4:], "")) for line in head]
    return [
        Promise(path, block.line + number, command, int(block.mark.removeprefix("exit: ") or 0))
        for block in blocks(text)
        if block.kind == "console" and is_run(block)
        for number, command in commands(block.body)
    ]


def perform(words: str, cwd: Path, exit_code: int = 0) -> str:
    """What a command prints, without trailing blanks; with a wanted exit code its messages too."""
    program, *rest = shlex.split(words)
    if program not in PROGRAMS or {"|", ">", "<", "&&", ";"} & set(rest):
        raise ValueError(f"only {' and '.join(PROGRAMS)} are run here, and no shell: mark the block `<!-- not run -->`")
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    run = subprocess.run(
        [*PROGRAMS[program], *rest],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if exit_code else subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == exit_code, f"{words}\n{run.stdout}{run.stderr or ''}"
    return bare(run.stdout)


def bare(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def prepare(folder: Path, text: str) -> Path:
    """A working directory as a reader of the text has it: its files, beside specs/ and examples/."""
    for name in ("specs", "examples"):
        (folder / name).symlink_to(ROOT / name)
    for block in blocks(text):
        if block.mark.startswith("file: "):
            (folder / block.mark.removeprefix("file: ")).write_text(block.body, encoding="utf-8")
    return folder


def renew(promise: Promise, printed: str) -> None:
    text = promise.path.read_text(encoding="utf-8")
    old, new = f"$ {promise.command.words}\n{promise.command.shown}", f"$ {promise.command.words}\n{printed}\n"
    assert text.count(old) == 1, f"{promise}: the same command and output stand twice"
    promise.path.write_text(text.replace(old, new), encoding="utf-8")


def keep(promise: Promise, cwd: Path) -> None:
    printed = perform(promise.command.words, cwd, promise.exit_code)
    shown = bare(promise.command.shown)
    if RENEW and shown and shown != printed:
        renew(promise, printed)
    elif shown:
        assert printed == shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("reader"), README.read_text(encoding="utf-8"))


TEXTS = [README, *sorted((ROOT / "examples").glob("*.yaml")), *sorted((ROOT / "examples").glob("*.md"))]


@pytest.mark.parametrize("promise", [p for path in TEXTS for p in promises(path)], ids=str)
def test_a_command_prints_what_is_shown(promise: Promise, folder: Path) -> None:
    keep(promise, folder)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_every_example_names_the_command_that_it_is_for(path: Path) -> None:
    assert promises(path)


def test_the_python_examples_of_the_readme_hold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    for block in blocks(README.read_text(encoding="utf-8")):
        if block.kind == "python" and is_run(block):
            assert ">>>" in block.body, f"README.md:{block.line}: a python block must be a doctest, or marked `not run`"
            test = doctest.DocTestParser().get_doctest(block.body, names, "README", str(README), block.line - 1)
            results = doctest.DocTestRunner(verbose=False).run(test, clear_globs=False)
            assert results.failed == 0
            names = test.globs


@pytest.mark.parametrize("purpose", ["run", "test"])
def test_the_readme_sets_up_with_one_command(purpose: str) -> None:
    (block,) = [b for b in blocks(README.read_text(encoding="utf-8")) if b.mark == f"setup: {purpose}"]
    ((_, command),) = commands(block.body)
    assert block.kind == "console"
    assert command.words.startswith("python3 -m venv ")


# The test can fail. -----------------------------------------------------------------------------------------

SAMPLE = """\
<!-- file: hello.py -->
```python
print("hello  ")
```

```console
$ python hello.py
hello
$ python -c pass
```

<!-- not run -->
```console
$ rm -r /
```

<!-- exit: 3 -->
```console
$ python -c "raise SystemExit(3)"
```
"""


def keep_all(folder: Path, text: str) -> None:
    for promise in sample(folder, text):
        keep(promise, folder)


def sample(folder: Path, text: str = SAMPLE) -> list[Promise]:
    path = folder / "SAMPLE.md"
    path.write_text(text, encoding="utf-8")
    prepare(folder, text)
    return promises(path)


def test_commands_are_found_with_their_output_and_exit_code(tmp_path: Path) -> None:
    assert [(p.line, p.command.words, p.command.shown, p.exit_code) for p in sample(tmp_path)] == [
        (7, "python hello.py", "hello\n", 0),
        (9, "python -c pass", "", 0),
        (19, 'python -c "raise SystemExit(3)"', "", 3),
    ]


def test_a_kept_promise_passes(tmp_path: Path) -> None:
    keep_all(tmp_path, SAMPLE)


@pytest.mark.parametrize(
    ("true", "false"),
    [("\nhello\n", "\nhullo\n"), ("\nhello\n", "\nhello\nyou\n"), ("exit: 3", "exit: 1"), ("-c pass", "-c 1/0")],
)
@pytest.mark.skipif(RENEW, reason="renewing makes every text true")
def test_a_broken_promise_is_found(true: str, false: str, tmp_path: Path) -> None:
    assert true in SAMPLE
    with pytest.raises(AssertionError):
        keep_all(tmp_path, SAMPLE.replace(true, false))


@pytest.mark.parametrize("words", ["rm -r /", "convcost --help | head"])
def test_a_command_that_cannot_be_run_here_must_be_marked(words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"mark the block `<!-- not run -->`"):
        perform(words, tmp_path)


def test_renewing_writes_the_real_output(tmp_path: Path) -> None:
    promise = sample(tmp_path, SAMPLE.replace("\nhello\n", "\nhullo\n"))[0]
    renew(promise, perform(promise.command.words, tmp_path))
    assert promise.path.read_text(encoding="utf-8") == SAMPLE
