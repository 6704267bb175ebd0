"""A smaller document that goes wrong in the same way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 200
SECONDS = 20
"""For what takes long to go wrong."""


def shrunk(document: bytes, still_wrong: Callable[[bytes], bool]) -> bytes:
    """The document without the lines, then without the halves of lines, that the mistake does not need."""
    tries, end = TRIES, time.monotonic() + SECONDS
    for separator in (b"\n", b","):
        parts = document.split(separator)
        size = max(1, len(parts) // 2)
        while size and tries:
            at = 0
            while at < len(parts) and tries and time.monotonic() < end:
                smaller = parts[:at] + parts[at + size :]
                tries -= 1
                if len(smaller) < len(parts) and still_wrong(separator.join(smaller)):
                    parts = smaller
                else:
                    at += size
            size //= 2
        document = separator.join(parts)
    return document
