"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

PATIENCE = 1
"""Seconds that whoever reads from a pipe has to open it."""
TURN = 10
"""Seconds that those who write a file have until the next one gives up."""


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


@contextmanager
def alone(path: str) -> Iterator[None]:
    """Keep other processes that ask for the same away from a file meanwhile.

    A second file beside it is locked by the system, which unlocks what belonged to a process that has ended, and is
    removed. Where none can be made, the file cannot be written either, and nobody is kept away. Raises OSError where
    another process does not end in time.
    """
    from time import monotonic, sleep

    guard = f"{os.path.realpath(path)}.guard"
    until = monotonic() + TURN
    while True:
        try:
            file = open(guard, "ab")  # noqa: SIM115 (its lock is held as long as it is open)
        except OSError:
            yield
            return
        if _locked(file) and _is_open(guard, file.fileno()):  # whoever had it has removed it
            break
        file.close()
        if monotonic() > until:
            raise OSError(errno.EAGAIN, "Another process is writing it", path)
        sleep(0.01)
    try:
        yield
    finally:
        # what is removed while it is locked is never taken for the one that is there; Windows removes no open file
        last = (file.close, lambda: os.remove(guard))
        for step in last if sys.platform == "win32" else reversed(last):
            with suppress(OSError):
                step()


def _locked(file: IO[bytes]) -> bool:
    """Lock a file unless another process has; a file system without locks keeps nobody away."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


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
        if _is_open(path, number):
            stream.write(text)
            stream.flush()
            return
    with whole(path) as written, open(written, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)


def _is_open(path: str, number: int) -> bool:
    """Whether a path is the file that a descriptor is open on, like `/dev/stdout`."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(number))
    except OSError:
        return False
