"""Advice."""

from __future__ import annotations


class CC401:
    """Dilations with a common divisor leave holes in the receptive field of the network. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}

    Clean:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 3, padding: 1}
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}
    """


class CC402:
    """A transposed convolution adds more products at some positions than at others, which shows as a checkerboard:
    its stride does not divide its kernel. (Advice.)

    Raises:
        input: [8, 16, 16]
        layers:
          - conv_transpose: {out: 8, kernel: 3, stride: 2}

    Clean:
        input: [8, 16, 16]
        layers:
          - conv_transpose: {out: 8, kernel: 4, stride: 2}
    """


class CC403:
    """A stride is larger than its window, and nothing else reads the positions between. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 1, stride: 2}

    Clean:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 2, stride: 2}
    """


class CC404:
    """A dilation is as large as the input of its layer, so that all taps but one meet padding. (Advice.)

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 9, padding: 4}
          - conv: {out: 8, kernel: 3, padding: 8, dilation: 8}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 9, padding: 4}
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}
    """


class CC405:
    """No position of a classifier's last map sees the whole input. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 3, stride: 2, padding: 1}
          - global_avg_pool
          - linear: 10

    Clean:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 33, padding: 16}
          - global_avg_pool
          - linear: 10
    """


class CC406:
    """A layer with a window comes after the receptive field has covered the input twice over. (Advice.)

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 17, padding: 8}
          - conv: {out: 8, kernel: 3, padding: 1}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 9, padding: 4}
          - conv: {out: 8, kernel: 3, padding: 1}
    """


class CC407:
    """Paths that meet see the input at different strides, or with a shift of whole positions of the tensor they parted
    at: not half of one, as even windows leave it, and not causal paths, which end at the same position. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - add:
              main: [conv: {out: 8, kernel: 3, stride: 2, padding: same}]
              shortcut: [conv: {out: 8, kernel: 1, stride: 2}]

    Clean:
        input: [3, 32, 32]
        layers:
          - add:
              main: [conv: {out: 8, kernel: 3, stride: 2, padding: 1}]
              shortcut: [conv: {out: 8, kernel: 1, stride: 2}]
    """


class CC408:
    """The receptive field repeats only after so many positions that convcost does not list it, or its strides are
    beyond 10^100. (Advice.)

    Raises:
        input: [1, 8191]
        layers:
          - resize: {size: 8192}

    Clean:
        input: [1, 4096]
        layers:
          - resize: {size: 8192}
    """


class CC409:
    """A comment `# convcost: ignore[...]` silences nothing: there is no such advice there, or the code is no advice.
    Errors are not silenced.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}  # convcost: ignore[CC402] no such advice

    Clean:
        input: [3, 8, 8]
        layers:
          - conv_transpose: {out: 8, kernel: 3, stride: 2}  # convcost: ignore[CC402] known
    """
