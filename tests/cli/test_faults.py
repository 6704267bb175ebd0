"""What surrounds a command fails: its streams, its memory, its directory, the interpreter's switches, an interruption.

Each ends with a sentence where there is somebody to read it, and with the exit code of the answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convcost.api.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]

pytestmark = pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="descriptors, signals and limits are of Unix")

ROOT = Path(__file__).parents[2]
INLINE = "analyze -e '[conv: {out: 2, kernel: 3}]' --input 1x8x8"
WRONG = "analyze -e '[relux]' --input 1x8x8"
BRANCH = "analyze -e '[{conv: {out: 2, kernel: 3}, name: a}, {relu: , from: input}]' --input 1x8x8"
TOLD = "<inline>:1:2: error[CC201]: there is no operation relux; did you mean relu?\n    1 | [relux]\n      |  ^\n"
CLOSED = "convcost: cannot write: standard output is closed\n"
FULL = "convcost: cannot read or write: [Errno 28] No space left on device\n"


def shell(line: str, folder: Path = ROOT, **environ: str) -> Answer:
    """What a shell's command line gives; `convcost` in it is this one."""
    from tests.cli.conftest import Answer

    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT), **environ}
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        environment.pop(name, None)
    script = f'convcost() {{ "{sys.executable}" -m convcost "$@"; }}\n{line}'
    done = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, encoding="utf-8", env=environment, cwd=folder, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


# Streams. ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        INLINE,
        f"{INLINE} --json",
        "--help",
        "--version",
        "explain conv",
        "schema",
        "specs vgg16",
        "check specs/vgg16.yaml",
    ],
)
def test_a_closed_output_is_told(words: str) -> None:
    assert shell(f"convcost {words} >&-") == (2, "", CLOSED)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is of Linux")
@pytest.mark.parametrize("words", [INLINE, "--help", "explain conv", "check specs/vgg16.yaml"])
def test_a_full_output_is_told_once(words: str) -> None:
    assert shell(f"convcost {words} >/dev/full") == (2, "", FULL)


def test_what_does_not_need_the_output_is_told_all_the_same() -> None:
    assert shell(f"convcost {WRONG} >&-") == (1, "", TOLD)
    assert shell("convcost analyze none.yaml >&-").err == (
        "convcost: none.yaml cannot be read: No such file or directory\n"
    )


@pytest.mark.parametrize(
    "stream",
    [
        "2>&-",
        pytest.param(
            "2>/dev/full", marks=pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is of Linux")
        ),
    ],
)
@pytest.mark.parametrize(
    ("words", "code"), [(BRANCH, 0), (WRONG, 1), ("analyze none.yaml", 2), ("analyse", 2), ("", 2)]
)
def test_messages_that_nobody_can_read_change_no_answer(words: str, code: int, stream: str) -> None:
    shown = shell(f"convcost {words}").out
    assert bool(shown) is (code == 0)
    assert shell(f"convcost {words} {stream}") == (code, shown, "")


def test_with_every_stream_closed_the_exit_code_is_left() -> None:
    assert shell(f"convcost {INLINE} <&- >&- 2>&-") == (2, "", "")
    assert shell(f"convcost {WRONG} <&- >&- 2>&-") == (1, "", "")


def test_a_closed_input_matters_only_where_it_is_read() -> None:
    assert shell(f"convcost {INLINE} <&-") == shell(f"convcost {INLINE}")
    assert shell("convcost analyze - <&-") == (2, "", "convcost: standard input cannot be read: Bad file descriptor\n")
    assert shell("convcost check - <&-").code == 2


def test_no_file_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """A file opened first would be standard error, and get its messages."""
    assert shell(f"convcost check {ROOT}/specs/vgg16.yaml -o json=report.json <&- 2>&-", tmp_path).code == 0
    assert (tmp_path / "report.json").read_text(encoding="utf-8").startswith("{")


# Memory. ----------------------------------------------------------------------------------------------------


def test_a_lack_of_memory_is_no_fault_of_ours(convcost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Network, "analyze", fail)
    answer = convcost("analyze", "-e", "[relu]", "--input", "1x8x8")
    assert answer == (2, "", "convcost: there is not enough memory to answer this\n")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep this limit")
def test_a_real_lack_of_memory_is_told() -> None:
    """One large array: where every small object fails, the interpreter itself may not come out of a `with`."""
    words = "verify -e '[relu6]' --input 64x2500x2500 --max-memory 20GB"
    answer = shell(f"ulimit -v 1500000; convcost {words}")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith("convcost: there was not enough memory to run <inline>; --quick needs less\n")


# Numbers. ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "specs/mobilenet_v1.yaml", "--depth"),
        ("analyze", "specs/mobilenet_v1.yaml", "--top"),
        ("compare", "examples/stage.yaml", "--layers", "--depth"),
        ("rf", "specs/mobilenet_v1.yaml", "--depth"),
    ],
)
def test_a_huge_number_of_rows_or_words_is_all_of_them(words: tuple[str, ...], convcost: Run) -> None:
    assert convcost(*words, 10**20) == convcost(*words, 10**6)
    assert convcost(*words, 2**63).code == 0


# Switches of the interpreter. -------------------------------------------------------------------------------


PAGES = """
from convcost import ops
from convcost.cli.group import COMMANDS
from convcost.cli.main import main
from convcost.codes import codes
from convcost.explain.pages import explain

for word in [*ops.names(), *codes(), "macs", "budgets", None]:
    print(explain(word))
for words in [["--help"], *([name, "--help"] for name in COMMANDS), ["schema"], ["analyze", "mobilenet_v1"]]:
    print(main(words), flush=True)
main(["check", "examples", "specs", "--format", "sarif"])
"""


def test_pages_and_answers_are_the_same_without_docstrings_and_assertions() -> None:
    def shown(level: str) -> str:
        environment = {**os.environ, "PYTHONOPTIMIZE": level}
        words = [sys.executable, "-c", PAGES]
        return subprocess.run(
            words, capture_output=True, encoding="utf-8", check=True, cwd=ROOT, env=environment
        ).stdout

    usual = shown("")
    assert "Convolution: each output channel weighs a window over all channels of its group." in usual
    assert len(usual.splitlines()) > 5_000
    assert shown("2") == usual


# The working directory. -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (INLINE, 0, ""),
        ("analyze mobilenet_v1", 0, ""),
        ("explain conv", 0, ""),
        ("analyze net.yaml", 2, "convcost: net.yaml cannot be read: No such file or directory\n"),
        ("check", 2, "convcost: the working directory does not exist any more\n"),
        ("check net.yaml", 2, "convcost: the working directory does not exist any more\n"),
        ("lock", 2, "convcost: the working directory does not exist any more\n"),
    ],
)
def test_a_deleted_working_directory_is_told_where_it_is_needed(
    words: str, code: int, told: str, tmp_path: Path
) -> None:
    answer = shell(f"mkdir gone; cd gone; rmdir ../gone; convcost {words}", tmp_path)
    assert (answer.code, answer.err) == (code, told)
    assert bool(answer.out) is (code == 0)


# Interruptions. ---------------------------------------------------------------------------------------------


INTERRUPTING = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
sys.argv = ["convcost", "analyze", "-e", "[relu]", "--input", "1x8x8"]
from convcost.__main__ import run
sys.exit(run())
"""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("convcost.cli", ""),
        ("convcost.cli.main", ""),
        ("convcost.errors", ""),
        ("click", ""),
        ("convcost.cli.analyze", "convcost: interrupted\n"),
        ("convcost.api.network", "convcost: interrupted\n"),
        ("yaml", "convcost: interrupted\n"),
        ("convcost.render.formats.text", "convcost: interrupted\n"),
    ],
)
def test_an_interruption_while_something_is_loaded_ends_like_any_other(name: str, told: str) -> None:
    words = [sys.executable, "-c", INTERRUPTING.format(name=name)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", told)


def test_an_interruption_that_is_ignored_stays_so() -> None:
    """As a shell does for what it runs in the background."""
    code = INTERRUPTING.format(name="click").replace("class", "signal.signal(signal.SIGINT, signal.SIG_IGN)\nclass")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, b"")
