"""What `print` and a notebook ask of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...render.blocks import Shown


class View:
    """A result that shows itself."""

    def shown(self) -> Shown:
        """The result, ready for every format."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self._written("text")

    def _repr_html_(self) -> str:
        return self._written("html")

    def _written(self, name: str) -> str:
        from ...render import formats
        from ...render.formats.core.terminal import Terminal

        return "".join(formats.find(name)([self.shown()], Terminal())).rstrip("\n")
