"""Receptive fields that show themselves."""

from __future__ import annotations

from ..analysis.field_report import FieldReport


class FieldReportView(FieldReport):
    """The fields of a network, printing as the table `convcost rf` shows."""

    def __str__(self) -> str:
        from ..render.fields import Result, View
        from ..render.terminal import Terminal
        from ..render.text import fields

        return "".join(fields([Result("", self)], View(), Terminal())).rstrip("\n")

    def _repr_html_(self) -> str:
        from ..render.html import fields

        return fields(self)
