"""Learnable numbers and multiply-accumulates of a network, counted while PyTorch runs it. Knows nothing of convcost."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple


class Figures(NamedTuple):
    """What `figures.csv` holds of a network."""

    params: int
    macs: int
    output: tuple[int, ...]


def figures(model: Any, *size: int) -> Figures:
    """A model's figures on one sample of this size: channels, then sizes.

    A weight of a convolution or linear layer is multiplied once per output position, that of a transposed convolution
    once per input position. Bias, normalisation, activation and pooling are no multiply-accumulates.
    """
    import torch
    from torch import nn

    macs = 0

    def count(layer: Any, inputs: tuple[Any, ...], output: Any) -> None:
        nonlocal macs
        met = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        positions = met.shape[:-1] if isinstance(layer, nn.Linear) else met.shape[2:]
        macs += layer.weight.numel() * prod(positions)

    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            layer.register_forward_hook(count)
    output = model.eval()(torch.empty(1, *size, device="meta"))
    params = sum(parameter.numel() for parameter in model.parameters())
    return Figures(params, macs, tuple(output.shape[1:]))
