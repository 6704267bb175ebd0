"""Budgets and expectations."""

from __future__ import annotations


class CC301:
    """`expect`, `budgets` or `require` has a figure or limit that is none.

    Raises:
        input: [3, 8, 8]
        layers: [relu]
        budgets: {mac: 600M}

    Clean:
        input: [3, 8, 8]
        layers: [relu]
        budgets: {macs: 600M}
    """


class CC302:
    """Two budgets speak of the same figure of the same layers.

    Raises:
        input: [3, 8, 8]
        layers: [relu]
        budgets: [{metric: macs, max: 1M}, {metric: macs, max: 2M}]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
        budgets: [{metric: macs, max: 1M, warn: 800k}]
    """


class CC303:
    """A figure is beyond its budget. The sentence has the limit, the figure and the excess, the note the layers that
    weigh most. Where only `warn` is passed it is a warning.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        budgets: {params: 200}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        budgets: {params: 300}
    """


class CC304:
    """A figure is not the published one that `expect` holds. One printed with a suffix or a decimal point holds if the
    figure, rounded half up or truncated to the printed digits, is it; one without holds exactly.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        expect: {params: 225}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        expect: {params: 224}
    """


class CC305:
    """A variant does not have what `require` asks of every variant: the baseline's figure, or one within bounds.

    Raises:
        input: [3, 8, 8]
        require: {output: same}
        variants:
          one: {layers: [{conv: {out: 8, kernel: 3}}]}
          two: {layers: [{conv: {out: 8, kernel: 3, padding: 1}}]}

    Clean:
        input: [3, 8, 8]
        require: {output: same}
        variants:
          one: {layers: [{conv: {out: 8, kernel: 3, padding: 1}}]}
          two: {layers: [{conv: {out: 8, kernel: 1}}]}
    """


class CC306:
    """A demand cannot be judged: its `of` matches no layer, its bounds contradict each other, its share has no whole,
    or the network has no such figure.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        budgets: [{metric: macs, of: Stage1, max: 1M}]

    Clean:
        input: [3, 8, 8]
        layers:
          - {conv: {out: 8, kernel: 3}, name: Stage1}
        budgets: [{metric: macs, of: Stage1, max: 1M}]
    """


class CC307:
    """A figure grew by more than `max_increase` allows since the baseline (`--baseline`, or the lock file). Where it
    has two parts, both are exceeded.

    The two specs are compared with one whose convolution has 8 outputs: 224 params.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 16, kernel: 3}
        budgets: [{metric: params, max_increase: 2% and 100}]

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 9, kernel: 3}
        budgets: [{metric: params, max_increase: 2% and 100}]
    """
