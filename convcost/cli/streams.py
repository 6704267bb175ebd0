"""The standard streams of a process, made safe to use: any of them may be closed, or refuse what is written."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper


class Messages(TextIOWrapper):
    """Standard error. What cannot be written there is dropped: there is nobody to tell, and the answer stands."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            return


def prepare() -> None:
    """Put streams in the place of those that are closed, and let none fail for a name that its encoding lacks.

    A stream in the place of a closed one refuses as that would, but no file that is opened later gets its number.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY), encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        closed = os.fdopen(os.open(os.devnull, os.O_RDONLY), "wb")
        sys.stderr = Messages(closed, encoding="utf-8")
    elif type(sys.stderr) is TextIOWrapper:
        sys.stderr = Messages(sys.stderr.buffer, encoding=sys.stderr.encoding, line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def finish() -> None:
    """Write what is buffered for standard output, or drop it: Python would complain once more at its own end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
