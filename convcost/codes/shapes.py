"""Shapes and fields."""

from __future__ import annotations


class CC101:
    """An operation has no field of that name.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel_size: 3}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC102:
    """A field or partner is missing that the operation cannot do without.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC103:
    """A number must divide another, but does not: groups and channels, a scale and channels or sizes.

    Raises:
        input: [64, 8, 8]
        layers:
          - conv: {out: 64, kernel: 3, groups: 3}

    Clean:
        input: [64, 8, 8]
        layers:
          - conv: {out: 64, kernel: 3, groups: 4}
    """


class CC104:
    """A field is outside its bounds, or not one of its words.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, stride: 0}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, stride: 1}
    """


class CC105:
    """Nothing is left of an output: the window does not fit into the input, or padding crops everything.

    Raises:
        input: [3, 4, 4]
        layers:
          - conv: {out: 8, kernel: 7}

    Clean:
        input: [3, 4, 4]
        layers:
          - conv: {out: 8, kernel: 7, padding: 3}
    """


class CC106:
    """Tensors that are added, multiplied or joined do not agree in shape.

    Raises:
        input: [8, 9, 9]
        layers:
          - add: {main: [conv: {out: 8, kernel: 3}], shortcut: []}

    Clean:
        input: [8, 9, 9]
        layers:
          - add: {main: [conv: {out: 8, kernel: 3, padding: 1}], shortcut: []}
    """


class CC107:
    """A max_unpool must name a max_pool and get a tensor of the shape that pool made.

    Raises:
        input: [8, 8, 8]
        layers:
          - {max_pool: 2, name: pool}
          - conv: {out: 16, kernel: 1}
          - max_unpool: pool

    Clean:
        input: [8, 8, 8]
        layers:
          - {max_pool: 2, name: pool}
          - conv: {out: 8, kernel: 1}
          - max_unpool: pool
    """


class CC108:
    """The number of axes is wrong: a list per axis that is too long, or an operation with windows on a vector.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: [3, 3, 3]}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: [3, 3]}
    """


class CC109:
    """Fields or tensors contradict or miss each other: two sizes for one output, only one tensor to add.

    Raises:
        input: [3, 8, 8]
        layers:
          - resize: {scale: 2, size: 16}

    Clean:
        input: [3, 8, 8]
        layers:
          - resize: {scale: 2}
    """


class CC110:
    """A slice or crop reaches outside its input.

    Raises:
        input: [8, 8, 8]
        layers:
          - slice: [4, 12]

    Clean:
        input: [8, 8, 8]
        layers:
          - slice: [4, 8]
    """


class CC111:
    """A tensor becomes larger along an axis than a number in a spec may be, 10^15.

    Raises:
        input: [1, 8]
        layers:
          - {unpool: 2, repeat: 60}

    Clean:
        input: [1, 8]
        layers:
          - {unpool: 2, repeat: 6}
    """
