"""Whole networks against PyTorch, where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convcost.api.network import Network
from convcost.numpy_backend.program import execute, given_inputs, wanted_weights
from convcost.numpy_backend.weights import generate
from convcost.verify.program import program_of

torch = pytest.importorskip("torch")
ROOT = Path(__file__).parents[2]
NETWORKS = (ROOT / "specs" / "mobilenet_v1.yaml", ROOT / "tests" / "benchmarks" / "networks" / "resnext50.yaml")
UNET = """
input: [3, 48, 64]
layers:
  - for: [n, c]
    in: [[1, 16], [2, 32]]
    do:
      - conv: {out: c, kernel: 3, padding: 1}
      - batch_norm
      - relu:
        name: skip$n
      - max_pool: 2
        name: pool$n
  - conv: {out: 32, kernel: 3, padding: 1}
  - for: [n, c]
    in: [[2, 32], [1, 16]]
    do:
      - max_unpool: pool$n
      - concat: skip$n
      - conv_transpose: {out: c, kernel: 3, padding: 1}
      - relu
      - {conv: {out: 16, kernel: 1}, if: n == 2}
  - conv: {out: 5, kernel: 1}
"""


def prepared(network):
    """A program, its weights and inputs, and the same in torch."""
    from tests.benchmarks.torch_network import TorchNetwork

    graph = network.graph()
    program = program_of(graph)
    shapes = [node.shape for node in (*graph.inputs, *graph.nodes)]
    weights = {}
    for number, step in enumerate(program.instructions):
        wanted = wanted_weights(step, [shapes[place] for place in step.inputs])
        if wanted:
            weights[step.name] = generate(0, number, wanted, "float32")
    return program, weights, given_inputs(program, 0, "float32"), TorchNetwork(program, weights)


def apart(found, wanted):
    """The largest difference, as a part of the largest value."""
    return np.abs(found - wanted).max() / np.abs(wanted).max()


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_whole_networks_agree(path):
    program, weights, inputs, network = prepared(Network.from_file(str(path)))
    [found] = execute(program, inputs, weights).values()
    with torch.inference_mode():
        [wanted] = network(*[torch.from_numpy(x)[None] for x in inputs.values()])
    assert apart(found, wanted[0].numpy()) < 1e-4


def test_a_network_with_unpooling_agrees_layer_by_layer():
    """Near-ties in pooling can flip places, so each layer gets what ours got."""
    program, weights, inputs, network = prepared(Network.from_text(UNET))
    names = [step.name for step in program.instructions]
    found = execute(program, inputs, weights, keep=names)
    values = {place: torch.from_numpy(x)[None] for place, x in enumerate([*inputs.values(), *map(found.get, names)])}
    network.indices = {}
    with torch.inference_mode():
        for number, step in enumerate(program.instructions):
            given = [values[place].clone() for place in step.inputs]
            wanted = network._run(number, step, given)[0].numpy()
            assert apart(found[step.name], wanted) < 1e-4, step
