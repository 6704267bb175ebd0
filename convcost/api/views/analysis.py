"""An analysis that shows itself."""

from __future__ import annotations

from ...analysis.cost import Analysis


class AnalysisView(Analysis):
    """An analysis that prints as the table `convcost analyze` shows."""

    def __str__(self) -> str:
        from ...render.formats.core.terminal import Terminal
        from ...render.formats.text import analyses
        from ...render.rows import View

        return "".join(analyses([("", self)], View(), Terminal())).rstrip("\n")

    def _repr_html_(self) -> str:
        from ...render.formats.html import analysis

        return analysis(self)
