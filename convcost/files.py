"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 1
"""Seconds that whoever reads from a pipe has to open it."""


@contextmanager
def whole(path: str) -> Iterator[str]:
    """Another name to write a file under; it moves to its own when it is whole, and is removed if it will not be.

    A link stays one: what it leads to is replaced. A device or a pipe is written to as it is. OSErrors name `path`.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        with _reader_of(path):
            yield path
        return
    target = os.path.realpath(path) if os.path.islink(path) else path
    written = f"{target}.{os.getpid()}.part"
    try:
        yield written
        os.replace(written, target)
    except OSError as error:
        if error.filename not in (written, None):
            raise
        raise OSError(error.errno, error.strerror, path) from None
    finally:
        if os.path.exists(written):
            os.remove(written)


@contextmanager
def _reader_of(path: str) -> Iterator[None]:
    """Hold a pipe open that somebody reads: to open it for writing would wait for that without an end."""
    if not stat.S_ISFIFO(os.stat(path).st_mode):
        yield
        return
    from time import monotonic, sleep

    until = monotonic() + PATIENCE
    while True:
        try:
            held = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if monotonic() > until:
                raise OSError(error.errno, "Nobody reads from this pipe", path) from None
            sleep(0.01)
    try:
        yield
    finally:
        os.close(held)


def check_writable(path: str) -> None:
    """Raises OSError for a place where no file can be written: asked before the work that would fill it."""
    if not path or os.path.isdir(path):
        number = errno.EISDIR if path else errno.ENOENT
        raise OSError(number, os.strerror(number), path)
    if not os.path.exists(path):
        with whole(path) as written:
            open(written, "xb").close()
        os.remove(path)


def write_text(path: str, text: str) -> None:
    """Write a text as UTF-8, with the line ends it has.

    Where standard output or error goes already it is written in turn with them. Raises OSError where it cannot be.
    """
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        if _goes_to(path, number):
            stream.write(text)
            stream.flush()
            return
    with whole(path) as written, open(written, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)


def _goes_to(path: str, number: int) -> bool:
    """Whether a path is the file that a descriptor is open on, like `/dev/stdout`."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(number))
    except OSError:
        return False
