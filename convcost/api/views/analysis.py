"""An analysis that shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...analysis.cost import Analysis
from .view import View

if TYPE_CHECKING:
    from ...render.blocks import Shown


class AnalysisView(View, Analysis):
    """An analysis that prints as the table `convcost analyze` shows."""

    def shown(self) -> Shown:
        from ...render.analysis import shown

        return shown(self)
