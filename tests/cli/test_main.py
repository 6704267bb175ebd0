"""Exit codes and messages: 0 shown, 1 no, 2 a malformed question, 3 our fault, 130 interrupted, 141 the reader left."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from convcost import __version__
from convcost.__main__ import run
from convcost.api.network import Network
from convcost.cli.group import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]

PROGRAM = [sys.executable, "-m", "convcost"]
INLINE = ["analyze", "-e", "[conv: {out: 2, kernel: 3}]", "--input", "1x8x8"]


def process(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **environ}
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        environment.pop(name, None)
    return subprocess.run([*PROGRAM, *words], capture_output=True, encoding="utf-8", env=environment, check=False)


# The frame. -------------------------------------------------------------------------------------------------


def test_help_lists_the_commands(convcost: Run) -> None:
    answer = convcost("--help")
    assert (answer.code, answer.err) == (0, "")
    assert [line.split()[0] for line in answer.out.split("Commands:\n")[1].splitlines()] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_exists_under_the_help_line_of_the_table(name: str, convcost: Run) -> None:
    from convcost.cli.group import convcost as group

    command = group.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert (command.name, command.short_help) == (name, COMMANDS[name])
    answer = convcost(name, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: convcost {name} ")


def test_click_finds_the_commands_by_name() -> None:
    from convcost.cli.group import convcost as group

    context = group.make_context("convcost", ["--version"], resilient_parsing=True)
    assert group.list_commands(context) == list(COMMANDS)
    assert group.get_command(context, "nothing") is None


def test_the_version_is_told(convcost: Run) -> None:
    assert convcost("--version") == (0, f"convcost {__version__}\n", "")


def test_without_a_command_the_help_is_shown_as_a_malformed_question(convcost: Run) -> None:
    answer = convcost()
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Usage: convcost [OPTIONS] COMMAND")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["analyse"], "convcost: there is no command 'analyse'; did you mean analyze?\ntry: convcost --help\n"),
        (["\x1b[31m"], "convcost: there is no command '\\x1b[31m'\ntry: convcost --help\n"),
        (["analyze"], "convcost: no network is given: name a SPEC, or write layers with -e\n"),
        (["analyze", "none.yaml"], "convcost: none.yaml cannot be read: No such file or directory\n"),
    ],
)
def test_a_malformed_question_is_answered_with_a_sentence(words: list[str], message: str, convcost: Run) -> None:
    assert convcost(*words) == (2, "", message)


def test_an_unknown_option_points_to_the_help_of_its_command(convcost: Run) -> None:
    answer = convcost("analyze", "--jsn")
    assert answer.code == 2
    assert answer.err.startswith("convcost: No such option")
    assert answer.err.endswith("try: convcost analyze --help\n")


# Failures. --------------------------------------------------------------------------------------------------


def test_what_is_wrong_in_a_spec_is_an_answer_of_no(convcost: Run) -> None:
    answer = convcost("analyze", "-e", "[conv: {out: 4, kernel: 3, groups: 3}]", "--input", "3x8x8")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines()[:3] == [
        "<inline>:1:36: error[CC103]: groups=3 must divide the 4 output channels",
        "    1 | [conv: {out: 4, kernel: 3, groups: 3}]",
        "      |                                    ^",
    ]


def break_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Network, "analyze", fail)


def test_a_fault_of_our_own_asks_for_a_report_without_a_traceback(
    convcost: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_with(ZeroDivisionError("by\nzero"), monkeypatch)
    answer = convcost(*INLINE)
    first, *steps, last = answer.err.splitlines()
    assert (answer.code, answer.out) == (3, "")
    assert first == "convcost: internal error: ZeroDivisionError: by\\nzero; please report it"
    assert len(steps) == 3
    assert steps[-1].endswith(" in break_with.<locals>.fail")
    assert last == "CONVCOST_DEBUG=1 shows every step"
    assert "Traceback" not in answer.err


def test_a_fault_of_our_own_can_be_seen_whole(convcost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    break_with(RecursionError("deep"), monkeypatch)
    monkeypatch.setenv("CONVCOST_DEBUG", "1")
    answer = convcost(*INLINE)
    assert answer.code == 3
    assert answer.err.startswith("Traceback (most recent call last):")
    assert "convcost: internal error: RecursionError: deep; please report it\n" in answer.err


def test_an_interruption_is_told_shortly(convcost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    break_with(KeyboardInterrupt(), monkeypatch)
    assert convcost(*INLINE) == (130, "", "convcost: interrupted\n")


def test_a_full_disk_is_no_fault_of_ours(convcost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    break_with(OSError(28, "No space left on device"), monkeypatch)
    assert convcost(*INLINE) == (2, "", "convcost: cannot read or write: [Errno 28] No space left on device\n")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="the shell and its pipe are of Unix")
def test_a_reader_that_leaves_is_left_in_peace() -> None:
    layers = "{repeat: 3000, relu: }"
    script = (
        f"'{sys.executable}' -m convcost analyze -e '[{layers}]' --input 1x8x8 | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, encoding="utf-8", check=False)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("141", "")


def test_main_collects_no_garbage(convcost: Run) -> None:
    import gc

    gc.enable()
    convcost("--version")
    assert not gc.isenabled()


# Whole processes. -------------------------------------------------------------------------------------------


def test_the_module_runs_as_a_program() -> None:
    done = process(*INLINE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("<inline>: 1x8x8 → 2x6x6\n")
    assert process("analyze", "-e", "[relux]", "--input", "1x8x8").returncode == 1


@pytest.mark.parametrize("style", ["text", "json", "markdown", "csv"])
def test_a_name_that_the_encoding_lacks_is_no_failure(style: str, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text('name: "層 é"\ninput: [1, 4, 4]\nlayers: [relu]\n', encoding="utf-8")
    done = process("analyze", str(spec), "--format", style, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


LOADED = "import sys; from convcost.cli.main import main; code = main({}); print(*sys.modules, file=sys.stderr)"


def loaded(*words: str) -> set[str]:
    code = LOADED.format(list(words))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0
    return set(done.stderr.split())


def test_help_imports_no_command() -> None:
    assert loaded("--help").isdisjoint(f"convcost.cli.{name}" for name in COMMANDS)


def test_a_pipe_needs_no_rich_and_nothing_needs_numpy() -> None:
    assert loaded(*INLINE).isdisjoint({"rich", "numpy", "json", "csv", "html", "convcost.render.formats.json"})
    assert loaded(*INLINE, "--json").isdisjoint({"rich", "numpy", "csv", "convcost.render.formats.text"})
    assert loaded(*INLINE, "--format", "csv").isdisjoint({"rich", "numpy", "json"})
    colored = loaded(*INLINE, "--color", "always")
    assert "rich.style" in colored
    assert colored.isdisjoint({"numpy", "rich.console"})


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of Unix")
@pytest.mark.parametrize(("environ", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_its_width_and_color(environ: dict[str, str], colored: bool) -> None:
    master, slave = os.openpty()
    words = [*PROGRAM, "analyze", "-e", "[conv: {out: 2, kernel: 3}]", "--input", "1x8x8"]
    base = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    done = subprocess.run(
        words, stdout=slave, stderr=subprocess.PIPE, check=True,
        env={**base, "TERM": "xterm", "COLUMNS": "45", "PYTHONIOENCODING": "utf-8", **environ},
    )  # fmt: skip
    os.close(slave)
    with open(master, "rb", buffering=0) as terminal:
        shown = terminal.read(10_000).decode()
    assert done.stderr == b""
    assert ("\x1b[1m" in shown) is colored
    assert "left out at this width: input" in shown


def test_the_entry_point_is_the_module_that_runs_as_a_program() -> None:
    from tomllib import loads

    from tests.benchmarks.installed import ROOT

    project = loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"]["convcost"] == f"{run.__module__}:{run.__name__}"
