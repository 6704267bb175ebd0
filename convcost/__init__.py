"""What convolutional networks cost, from a spec.

>>> import convcost
>>> net = convcost.load("specs/mobilenet_v1.yaml")
>>> net.analyze().totals.macs
568740352
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing would cost more than all that is here
if TYPE_CHECKING:
    from typing import Any

    from .api.network import Network, load
    from .errors import SpecError, UsageError

__version__ = "0.1.0"
__all__ = ["Network", "SpecError", "UsageError", "__version__", "load"]

_HOME = {"Network": "api.network", "load": "api.network", "SpecError": "errors", "UsageError": "errors"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
