"""Receptive fields that show themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...analysis.field.report import FieldReport
from .view import View

if TYPE_CHECKING:
    from ...render.blocks import Shown


class FieldReportView(View, FieldReport):
    """The fields of a network, printing as the table `convcost rf` shows."""

    def shown(self) -> Shown:
        from ...render.field import shown
        from ...render.field_layers import Result

        return shown(Result("", self))
