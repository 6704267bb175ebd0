"""Verification."""

from __future__ import annotations


class CC501:
    """The run made an output of another shape than the formula says.

    The first spec raises it with a formula that lets a pool of ceil_mode keep a window that starts in the padding.

    Raises:
        input: [1, 7, 7]
        layers:
          - max_pool: {kernel: 2, stride: 3, padding: 1, ceil_mode: true}

    Clean:
        input: [1, 7, 7]
        layers:
          - max_pool: {kernel: 2, stride: 3, padding: 1}
    """


class CC502:
    """The run read another number of weights than the formula says.

    The first spec raises it with a formula that forgets the groups of a convolution.

    Raises:
        input: [4, 8, 8]
        layers:
          - conv: {out: 6, kernel: 3, groups: 2}

    Clean:
        input: [4, 8, 8]
        layers:
          - conv: {out: 6, kernel: 3}
    """


class CC503:
    """The run multiplied another number of times than the formula says.

    The first spec raises it with a formula that counts the output positions of a transposed convolution.

    Raises:
        input: [3, 2, 2]
        layers:
          - conv_transpose: {out: 1, kernel: 2, stride: 2}

    Clean:
        input: [3, 2, 2]
        layers:
          - conv: {out: 1, kernel: 2}
    """


class CC504:
    """Another number of products than the formula says had real data on both sides and was kept.

    The first spec raises it with a formula that takes padding for data.

    Raises:
        input: [4, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, padding: 1}

    Clean:
        input: [4, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC505:
    """Poison in the input reached other positions of a layer than its receptive field says.

    The first spec raises it with a formula that forgets dilation.

    Raises:
        input: [1, 9, 9]
        layers:
          - conv: {out: 1, kernel: 3, dilation: 2, padding: 2}

    Clean:
        input: [1, 9, 9]
        layers:
          - conv: {out: 1, kernel: 3, padding: 1}
    """


class CC506:
    """More or fewer bytes of tensors were alive at once than the formula says.

    The first spec raises it with a formula that forgets what a later layer still reads.

    Raises:
        input: [4, 8, 8]
        layers:
          - {conv: {out: 4, kernel: 3, padding: 1}, name: skip}
          - conv: {out: 4, kernel: 3, padding: 1}
          - conv: {out: 4, kernel: 3, padding: 1}
          - add: skip

    Clean:
        input: [4, 8, 8]
        layers:
          - conv: {out: 4, kernel: 3, padding: 1}
    """


class CC507:
    """A layer cannot be run, so nothing of it, and of what follows, is confirmed.

    The first spec raises it where tanh has no kernel.

    Raises:
        input: [4, 8, 8]
        layers:
          - tanh

    Clean:
        input: [4, 8, 8]
        layers:
          - relu
    """
