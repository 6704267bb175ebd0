"""Commands run as a person runs them, in this process or in one of their own; what came out, and what it cost."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import subprocess
import sys
import warnings
from io import BytesIO, TextIOWrapper
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

from convcost.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECONDS = 2.0
"""Of processor time, for a small input."""
PATIENCE = 15
"""Times as many seconds by the clock: another program may hold the processor, a pipe nobody writes to may not."""
MEGABYTES = 300
"""That the whole process may grow by, in one call."""
VARIABLES = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CONVCOST_DEBUG", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")


class Answer(NamedTuple):
    """What a command gave; `trouble` is what no command may do: an exception, a warning, too much time or memory."""

    code: int
    out: str
    err: str
    trouble: str = ""


class Kept(BytesIO):
    """What is written to a stream; it outlives the stream."""

    def close(self) -> None:
        """Stay open: a command puts streams of its own around this one, which end with it."""


def stream_of(data: BytesIO) -> TextIOWrapper:
    return TextIOWrapper(data, encoding="utf-8", write_through=True)


class Hang(BaseException):
    """Too much time has passed; nothing between here and the call catches it."""


def call(words: Sequence[str], stdin: bytes = b"") -> Answer:
    """Run a command in this process; `GITHUB_ACTIONS=true` and the like may stand before it."""
    variables, words = environment(words)
    out, err = Kept(), Kept()
    code, trouble, before = -1, "", _peak()
    streams = sys.stdin, sys.stdout, sys.stderr
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            sys.stdin, sys.stdout, sys.stderr = (stream_of(data) for data in (BytesIO(stdin), out, err))
            with mock.patch.dict(os.environ, variables), time_limit(SECONDS):
                code = main(list(words))
        except BaseException as failure:  # noqa: BLE001 (whatever comes out is what is looked for)
            trouble = f"{type(failure).__name__}: {failure}"
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            gc.enable()  # main switches it off for the whole process, which is short-lived elsewhere
            gc.unfreeze()
    if warned:
        trouble = f"warning: {warned[0].category.__name__}: {warned[0].message}"
    if (grown := _peak() - before) > MEGABYTES:
        trouble = f"memory: grew by {grown} MB"
    return Answer(code, out.getvalue().decode(errors="replace"), err.getvalue().decode(errors="replace"), trouble)


def call_apart(words: Sequence[str], stdin: bytes = b"") -> Answer:
    """Run a command in a process of its own."""
    variables, words = environment(words)
    command = [sys.executable, "-m", "convcost", *words]
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    limit = SECONDS * PATIENCE
    try:
        run = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            timeout=limit,
            check=False,
            env=kept | variables | {"PYTHONPATH": root},
        )
    except subprocess.TimeoutExpired:
        return Answer(-1, "", "", f"Hang: {limit:.0f} s by the clock")
    return Answer(run.returncode, run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace"))


def environment(words: Sequence[str]) -> tuple[dict[str, str], Sequence[str]]:
    """The variables that stand before a command, and the command."""
    count = sum(1 for _ in takewhile(lambda word: word.partition("=")[0] in VARIABLES, words))
    return dict(word.split("=", 1) for word in words[:count]), words[count:]


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise Hang in the block when it has had so much processor time, or `PATIENCE` times as much by the clock."""

    def stop(signal_: int, frame: object) -> None:
        raise Hang(f"more than {seconds} s")

    before = [signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip((signal.SIGPROF, signal.SIGALRM), before):
            signal.signal(number, handler)


def _peak() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
