"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole(path: str) -> Iterator[str]:
    """Another name to write a file under; it moves to its own when it is whole, and is removed if it will not be.

    A link stays one: what it leads to is replaced. OSErrors name `path`.
    """
    target = os.path.realpath(path) if os.path.islink(path) else path
    written = f"{target}.{os.getpid()}.part"
    try:
        yield written
        os.replace(written, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    finally:
        if os.path.exists(written):
            os.remove(written)


def write_text(path: str, text: str) -> None:
    """Write a text as UTF-8, with the line ends it has.

    A device or a pipe is written to as it is, and where standard output or error goes already, in turn with them.
    Raises OSError where it cannot be written.
    """
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        if _goes_to(path, number):
            stream.write(text)
            stream.flush()
            return
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
        return
    with whole(path) as written, open(written, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)


def _goes_to(path: str, number: int) -> bool:
    """Whether a path is the file that a descriptor is open on, like `/dev/stdout`."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(number))
    except OSError:
        return False
