"""The way in and out: the one place where a failure becomes a sentence and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from errno import EBADF
from typing import TYPE_CHECKING

from ..errors import SpecError, UsageError
from ..wording import one_line
from . import streams
from .group import convcost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from click import ClickException, Context

NO, MALFORMED, OWN_FAULT, INTERRUPTED, READER_GONE = 1, 2, 3, 130, 141
STEPS_SHOWN = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 is yes, or shown; the others are above."""
    gc.disable()  # large specs are read and shown in a third of the time, and a command is short-lived
    streams.prepare()
    context: Context | None = None
    try:
        context = convcost.make_context("convcost", list(sys.argv[1:] if arguments is None else arguments))
        with context:
            code: int = convcost.invoke(context) or 0
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as failure:  # noqa: BLE001 (a person gets a sentence, whatever it is)
        code = _told(failure, context.color if context else None)
    streams.finish()
    gc.freeze()  # spares the interpreter a last look at every object: a tenth of a small command's time
    return code


def _told(failure: BaseException, color: bool | None) -> int:
    """Say what went wrong; the exit code."""
    from click import Abort, ClickException
    from click.exceptions import Exit

    match failure:
        case Exit():
            return failure.exit_code
        case SpecError():
            _show_problems(failure, color)
            return NO
        case UsageError():
            return _say(str(failure), MALFORMED)
        case ClickException():
            return _say_usage(failure)
        case KeyboardInterrupt() | Abort():
            return _say("interrupted", INTERRUPTED)
        case MemoryError():
            failure.__traceback__ = None  # and with it all that the command has made
            return _say("there is not enough memory to answer this", MALFORMED)
        case BrokenPipeError():
            return READER_GONE
        case OSError(errno=number) if number == EBADF:
            return _say("cannot write: standard output is closed", MALFORMED)
        case FileNotFoundError(filename=None):
            return _say("the working directory does not exist any more", MALFORMED)
        case OSError():
            return _say(f"cannot read or write: {failure}", MALFORMED)
    return _say_own_fault(failure)


def _say(sentence: str, code: int) -> int:
    from ..render.formats.core.terminal import inert

    print(inert(f"convcost: {one_line(sentence)}"), file=sys.stderr)
    return code


def _show_problems(error: SpecError, color: bool | None) -> None:
    from ..render.formats.core.problems import problems
    from ..render.formats.core.terminal import Terminal

    sys.stderr.writelines(problems(error.problems, Terminal.of(sys.stderr, color)))


def _say_usage(error: ClickException) -> int:
    """click's own complaints, in the form of ours."""
    from click import UsageError as ClickUsageError

    _say(error.format_message(), MALFORMED)
    if isinstance(error, ClickUsageError) and error.ctx:
        print(f"try: {error.ctx.command_path} --help", file=sys.stderr)
    return MALFORMED


def _say_own_fault(fault: BaseException) -> int:
    if os.environ.get("CONVCOST_DEBUG"):
        from traceback import print_exception

        print_exception(fault)
    _say(f"internal error: {type(fault).__name__}: {fault}; please report it", OWN_FAULT)
    for step in list(_steps(fault))[-STEPS_SHOWN:]:
        print(f"  {step}", file=sys.stderr)
    if not os.environ.get("CONVCOST_DEBUG"):
        print("CONVCOST_DEBUG=1 shows every step", file=sys.stderr)
    return OWN_FAULT


def _steps(fault: BaseException) -> Iterator[str]:
    trace = fault.__traceback__
    while trace:
        frame = trace.tb_frame
        yield f"{frame.f_globals.get('__name__')}:{trace.tb_lineno} in {frame.f_code.co_qualname}"
        trace = trace.tb_next
