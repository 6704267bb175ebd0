from __future__ import annotations

from .core.operation import Op


class Identity(Op):
    """The input as it is, in the same memory.

    Example:
        [64, 56, 56]
        identity
    """

    flat = True
    shares = True
