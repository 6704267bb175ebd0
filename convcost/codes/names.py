"""The graph and its names."""

from __future__ import annotations


class CC201:
    """There is no operation or block of that name.

    Raises:
        input: [3, 8, 8]
        layers: [rellu]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """


class CC202:
    """A reference names no layer.

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: start}
          - conv: {out: 3, kernel: 3, padding: 1}
          - add: strat

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: start}
          - conv: {out: 3, kernel: 3, padding: 1}
          - add: start
    """


class CC203:
    """A reference names a layer that comes later or is still being built; a layer must exist before it is read.

    Raises:
        input: [3, 8, 8]
        layers:
          - add: later
          - {relu: , name: later}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: before}
          - add: before
    """


class CC204:
    """Two layers of one scope have the same name.

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: a}
          - {relu: , name: a}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: a}
          - {relu: , name: b}
    """


class CC205:
    """A name is malformed, is a word of the language, or does not count where its step repeats.

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: act, repeat: 2}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: act$i, repeat: 2}
    """


class CC206:
    """There is no variable of that name here; a block sees its parameters, `vars`, `cin` and its own loops only.

    Raises:
        vars: {width: 8}
        input: [3, 8, 8]
        layers:
          - conv: {out: widht * 2, kernel: 3}

    Clean:
        vars: {width: 8}
        input: [3, 8, 8]
        layers:
          - conv: {out: width * 2, kernel: 3}
    """


class CC207:
    """A block reaches itself.

    Raises:
        input: [3, 8, 8]
        blocks:
          Again: {layers: [relu, Again]}
        layers: [Again]

    Clean:
        input: [3, 8, 8]
        blocks:
          Once: {layers: [relu]}
        layers: [Once, Once]
    """


class CC208:
    """A block is called with a parameter it does not have, or without one it needs.

    Raises:
        input: [3, 8, 8]
        blocks:
          Unit: {params: {out: ~}, layers: [conv: {out: out, kernel: 3}]}
        layers: [Unit]

    Clean:
        input: [3, 8, 8]
        blocks:
          Unit: {params: {out: ~}, layers: [conv: {out: out, kernel: 3}]}
        layers: [Unit: 8]
    """


class CC209:
    """A variable or parameter has a name that no variable can have.

    Raises:
        vars: {cin: 3}
        input: [3, 8, 8]
        layers: [relu]

    Clean:
        vars: {channels: 3}
        input: [channels, 8, 8]
        layers: [relu]
    """


class CC210:
    """A word or a list stands where a number is wanted, or a number where a word is.

    Raises:
        vars: {act: relu}
        input: [3, 8, 8]
        layers:
          - conv: {out: act * 2, kernel: 3}

    Clean:
        vars: {act: relu}
        input: [3, 8, 8]
        layers:
          - conv: {out: 2, kernel: 3}
          - $act
    """


class CC211:
    """No output needs a layer; it is counted like the others. (A note.)

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: dead}
          - {relu: , from: input}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: dead}
          - {relu: , name: last, from: input}
        outputs: [dead, last]
    """


class CC212:
    """No layer runs.

    Raises:
        input: [3, 8, 8]
        layers: []

    Clean:
        input: [3, 8, 8]
        layers: [identity]
    """


class CC213:
    """The network runs more steps, nests its blocks deeper, or has longer names, than convcost will walk.

    Raises:
        input: [3, 8, 8]
        layers:
          - {identity: , repeat: 1000000, if: 0}
          - relu

    Clean:
        input: [3, 8, 8]
        layers:
          - {identity: , repeat: 100}
    """


class CC214:
    """`baseline` must name one of the variants.

    Raises:
        input: [3, 8, 8]
        layers: [relu]
        baseline: first
        variants: {one: {}}

    Clean:
        input: [3, 8, 8]
        layers: [relu]
        baseline: one
        variants: {one: {}}
    """


class CC215:
    """`--input` may be channels last: its last size is the channels that the spec has, its first is not. It is read as
    channels first. (A warning.)

    The first spec raises it with `--input 32x32x3`.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}

    Clean:
        input: [32, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC216:
    """A linear layer flattens a map of more than 1,024 positions; one that has the same weights at every position, as
    Dense of Keras has, is `pointwise`. With `flatten` before it, nothing is said. (A note.)

    Raises:
        input: [8, 64, 64]
        layers: [linear: 10]

    Clean:
        input: [8, 64, 64]
        layers: [flatten, linear: 10]
    """
