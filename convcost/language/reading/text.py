"""The text of a file, of whatever format."""

from __future__ import annotations

import os
import re
import stat
import sys

from ...errors import UsageError

MAX_BYTES = 16_000_000


BYTE_ORDER_MARK = b"\xef\xbb\xbf"


NO_FILES = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
"""What a path may name that is no file."""


OPEN = r"/dev/(stdin|fd/[0-9]+)|/proc/self/fd/[0-9]+"
"""What this process was given open, as a shell does for `<(...)`: read to its end, as standard input is."""


def load_text(path: str, what: str = "a spec") -> str:
    """The text of a file that is taken for `what`, or of standard input for "-".

    Raises UsageError for what is no readable UTF-8 text of at most 16 MB.
    """
    return decode(load_bytes(path, what), _title(path), what)


def load_bytes(path: str, what: str) -> bytes:
    """The bytes of a file, or of standard input for "-", up to one more than may be; UsageError where there are none.

    What is no file is refused before it is opened: a pipe would be waited for, and a device may never end.
    """
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        kind = NO_FILES.get(stat.S_IFMT(os.stat(path).st_mode))
        if kind and not re.fullmatch(OPEN, path):
            raise UsageError(f"{path} is {kind}, not {what}")
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise UsageError(f"{_title(path)} is a directory, not {what}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{_title(path)} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _title(path: str) -> str:
    return "standard input" if path == "-" else path


def decode(data: bytes, path: str, what: str = "a spec") -> str:
    """Bytes as text; libyaml would also take UTF-16, and read a NUL as the end."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB, the most {what} may be")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError(f"{path} is UTF-16 text, but {what} must be UTF-8; save it as UTF-8")
    if b"\0" in data:
        raise UsageError(f"{path} is binary data, not {what}")
    try:
        return data.removeprefix(BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path} is not UTF-8 text: line {line} has the byte 0x{data[error.start]:02x}; save it as UTF-8"
        ) from None
