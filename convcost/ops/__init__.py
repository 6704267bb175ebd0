"""One operation per file; the folder is the registry.

`find("conv_transpose")` imports that file and no other. Operations that differ in one expression share a file: `words`
says which words live where.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from ..words import FILES, SHARED, file_of

if TYPE_CHECKING:
    from .core.operation import Op

NOT_OPERATIONS = ("__init__", "convolution", *SHARED)

_found: dict[str, type[Op] | None] = {}


def find(word: str) -> type[Op] | None:
    """The operation of that name, or None; imports only its file."""
    if word not in _found:
        _found[word] = _load(word)
    return _found[word]


def _load(word: str) -> type[Op] | None:
    from .core.operation import snake

    if word not in FILES and word not in names():
        return None
    module = import_module(f"{__name__}.{file_of(word)}")
    return next(v for v in vars(module).values() if isinstance(v, type) and snake(v.__name__) == word)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Every operation, sorted; from the names of the files."""
    from os import listdir

    files = {name[:-3] for folder in __path__ for name in listdir(folder) if name.endswith(".py")}
    return tuple(sorted((files - set(NOT_OPERATIONS)) | set(FILES)))
