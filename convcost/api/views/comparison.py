"""A comparison that shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...analysis.compare import Comparison
from .view import View

if TYPE_CHECKING:
    from ...render.blocks import Shown


class ComparisonView(View, Comparison):
    """A comparison that prints as the table `convcost compare` shows."""

    def shown(self) -> Shown:
        from ...render.comparison import shown

        return shown(self)
