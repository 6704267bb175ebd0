"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole(path: str) -> Iterator[str]:
    """Another name to write a file under; it moves to its own when it is whole, and is removed if it will not be."""
    written = f"{path}.{os.getpid()}.part"
    try:
        yield written
        os.replace(written, path)
    finally:
        if os.path.exists(written):
            os.remove(written)


def write_text(path: str, text: str) -> None:
    """Write a text as UTF-8, with the line ends it has.

    A device or a pipe is written to as it is. Raises OSError where it cannot be written.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
        return
    with whole(path) as written, open(written, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)
