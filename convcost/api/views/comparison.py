"""A comparison that shows itself."""

from __future__ import annotations

from ...analysis.compare import Comparison


class ComparisonView(Comparison):
    """A comparison that prints as the table `convcost compare` shows."""

    def __str__(self) -> str:
        from ...render.formats.core.terminal import Terminal
        from ...render.formats.text import comparison

        return "".join(comparison(self, None, False, Terminal())).rstrip("\n")

    def _repr_html_(self) -> str:
        from ...render.formats.html import comparison

        return comparison(self)
