"""Results as a notebook and `print` show them."""

from __future__ import annotations

from .analysis.cost import Analysis
from .compare import Comparison


class AnalysisView(Analysis):
    """An analysis that prints as a table."""


class ComparisonView(Comparison):
    """A comparison that prints as a table."""
