"""The program: `convcost`, or `python -m convcost`."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def run() -> int:
    """Run a command and return its exit code; interrupted while it is still being loaded, leave without a word."""
    try:
        import signal

        expected = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not where a shell ignores it
        if expected:
            signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))  # an import may swallow an exception
        from .cli.main import main

        if expected:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
