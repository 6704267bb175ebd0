from __future__ import annotations

from typing import TYPE_CHECKING

from .core.fields import count
from .core.operation import Op, must_divide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import Complaint
    from ..types import Shape


class ChannelShuffle(Op):
    """Channel shuffle: the channels of each group are dealt out over all groups.

    Example:
        [240, 28, 28]
        channel_shuffle: 3

    Source: Zhang et al. 2018, "ShuffleNet", section 3.1.
    """

    main = "groups"
    flat = True
    groups: int = count("parts the channels are split into")

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        yield from must_divide("groups", self.groups, inputs[0][0], "input channels")

    def label(self) -> str:
        return f"channel_shuffle {self.groups} groups"
