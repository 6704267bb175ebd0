"""An analysis that shows itself."""

from __future__ import annotations

from ..analysis.cost import Analysis


class AnalysisView(Analysis):
    """An analysis that prints as the table `convcost analyze` shows."""

    def __str__(self) -> str:
        from ..render.rows import View
        from ..render.terminal import Terminal
        from ..render.text import analyses

        return "".join(analyses([("", self)], View(), Terminal())).rstrip("\n")

    def _repr_html_(self) -> str:
        from ..render.html import analysis

        return analysis(self)
