"""A verification that shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...analysis.verification import Verification
from .view import View

if TYPE_CHECKING:
    from ...render.blocks import Shown


class VerificationView(View, Verification):
    """A verification that prints as `convcost verify` shows it."""

    def shown(self) -> Shown:
        from ...render.verification import shown

        return shown(self)
