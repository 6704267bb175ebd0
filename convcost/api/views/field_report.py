"""Receptive fields that show themselves."""

from __future__ import annotations

from ...analysis.field.report import FieldReport


class FieldReportView(FieldReport):
    """The fields of a network, printing as the table `convcost rf` shows."""

    def __str__(self) -> str:
        from ...render.field import Result, View
        from ...render.formats.core.terminal import Terminal
        from ...render.formats.text import fields

        return "".join(fields([Result("", self)], View(), Terminal())).rstrip("\n")

    def _repr_html_(self) -> str:
        from ...render.formats.html import fields

        return fields(self)
