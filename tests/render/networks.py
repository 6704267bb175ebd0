"""Small networks that the tests of this room show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcost.api.network import Network

if TYPE_CHECKING:
    from convcost.analysis.compare import Comparison
    from convcost.analysis.cost import Analysis

STAGE = """
name: a 3x3 stage
input: [64, 28, 28]
variants:
  standard: {layers: [conv: {out: 64, kernel: 3, padding: 1}]}
  grouped: {layers: [conv: {out: 64, kernel: 3, padding: 1, groups: 4}]}
  separable: {layers: [separable: {out: 64, kernel: 3, padding: 1}]}
  wide: {layers: [conv: {out: 96, kernel: 3, padding: 1}]}
  bottleneck:
    layers: [conv: {out: 16, kernel: 1}, conv: {out: 16, kernel: 3, padding: 1}, conv: {out: 64, kernel: 1}]
  valid: {layers: [conv: {out: 64, kernel: 3}]}
"""

UNET = """
name: small U-Net
input: [3, 64, 96]
dtype: {weights: int8, activations: float16}
blocks:
  Pair: {params: {c: ~}, layers: [{conv: {out: c, kernel: 3, padding: 1}, repeat: 2, name: conv$i}, relu]}
layers:
  - {Pair: 16, name: down1}
  - max_pool: 2
  - {Pair: 32, name: down2}
  - {conv_transpose: {out: 16, kernel: 2, stride: 2}, name: up}
  - concat: down1
  - {Pair: 16, name: merge}
  - {conv: {out: 4, kernel: 1}, name: classes}
"""

RUDE = "<b>|`*\\ [red]\x1b[31m\n=1+1"
"""A title that would do something in a terminal, in rich, in Markdown, in HTML or in a table if it were let."""


def network(text: str) -> Network:
    return Network.from_text(text)


def analysis(text: str = UNET, variant: str | None = None) -> Analysis:
    return network(text).analyze(variant)


def comparison(text: str = STAGE) -> Comparison:
    return network(text).compare()


def rude() -> Analysis:
    result = analysis("{input: [1, 4, 4], layers: [conv: {out: 1, kernel: 3}]}")
    result.name = RUDE
    return result
