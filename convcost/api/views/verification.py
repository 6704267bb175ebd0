"""A verification that shows itself."""

from __future__ import annotations

from ...analysis.verification import Verification


class VerificationView(Verification):
    """A verification that prints as `convcost verify` shows it."""

    def __str__(self) -> str:
        from ...render.formats.core.terminal import Terminal
        from ...render.formats.text import verifications

        return "".join(verifications([("", self)], Terminal())).rstrip("\n")

    def _repr_html_(self) -> str:
        from ...render.formats.html import verification

        return verification(self)
