"""Text and keys."""

from __future__ import annotations


class CC001:
    """The text is not valid YAML.

    Raises:
        input: [3, 8, 8]
        layers:
          - relu
            name: first

    Clean:
        input: [3, 8, 8]
        layers:
          - relu:
            name: first
    """


class CC002:
    """A key stands twice in one map; YAML would silently keep the last.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, out: 16}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 16, kernel: 3}
    """


class CC003:
    """A spec, a variant, a block or a path has a key that the language does not know.

    Raises:
        inputs: [3, 8, 8]
        input: [3, 8, 8]
        layers: [relu]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """


class CC004:
    """A key is missing that must be there.

    Raises:
        layers: [relu]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """


class CC005:
    """A value is of the wrong kind: a list where a number is wanted, a word where a map is.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: 64

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 64, kernel: 3}
    """


class CC006:
    """A number or boolean is written in a form that YAML 1.2 does not have, and YAML 1.1 reads as something else.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 010, kernel: 3, bias: no}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 10, kernel: 3, bias: false}
    """


class CC007:
    """A text is not an expression of the language: numbers, names, + - * / // %, comparisons, and or not, if else,
    and the functions min, max, round, ceil, floor and div8.

    Raises:
        vars: {c: 4}
        input: [3, 8, 8]
        layers:
          - conv: {out: c ** 2, kernel: 3}

    Clean:
        vars: {c: 4}
        input: [3, 8, 8]
        layers:
          - conv: {out: c * c, kernel: 3}
    """


class CC008:
    """An expression has no usable value: it is not whole where it must be, divides by zero, or is too large.

    Raises:
        vars: {width: 0.8}
        input: [3, 8, 8]
        layers:
          - conv: {out: 32 * width, kernel: 3}

    Clean:
        vars: {width: 0.8}
        input: [3, 8, 8]
        layers:
          - conv: {out: round(32 * width), kernel: 3}
    """


class CC009:
    """The text uses a part of YAML that the language leaves out (tags, merge keys, a second document), or goes beyond
    the limits of nesting, of values and of alias expansion.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: !int 8, kernel: 3}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC010:
    """A step is not of the form `operation`, `operation: fields` or `Block: arguments`, with its siblings beside it.

    Raises:
        input: [3, 8, 8]
        layers: [conv: {out: 8, kernel: 3}, name: first]

    Clean:
        input: [3, 8, 8]
        layers: [{conv: {out: 8, kernel: 3}, name: first}]
    """


class CC011:
    """A file cannot be read as a spec: it is missing, empty, unreadable or no UTF-8 text. `check` says so and goes on.

    A folder that may hold specs and cannot be read is told of in the same way, and so is a pipe, a socket or a device.
    The first spec is empty: `~` is nothing.

    Raises:
        ~

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """
