"""Seconds that the questions about receptive fields take inside one process; run by bench.py in the fresh environment.

Arguments: a spec of ResNet-152, a chain of 10,000 layers, then specs. Prints JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from convcost.analysis.field.coverage import coverage, read_sets
from convcost.analysis.field.extent import receptive_fields
from convcost.analysis.field.influence import profile
from convcost.api.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable

    from convcost.graph import Graph

RESNET_152 = {"b": "8", "c": "36"}


def seconds(question: Callable[[], object]) -> float:
    start = time.perf_counter()
    question()
    return time.perf_counter() - start


def covered_and_profiled(graph: Graph) -> None:
    for field, read in zip(receptive_fields(graph), read_sets(graph)):
        coverage(field, read)
    last = next((node for node in reversed(graph.nodes) if len(node.shape) > 1 and max(node.shape[1:]) > 1), None)
    if last:
        profile(graph, last, 0, last.shape[1] // 2)


def main() -> None:
    gc.disable()
    resnet, chain, *specs = sys.argv[1:]
    graph = Network.from_file(resnet, variables=RESNET_152).graph()
    deep = Network.from_file(chain).graph()
    figures = {
        "resnet": seconds(lambda: receptive_fields(graph)),
        "chain": seconds(lambda: receptive_fields(deep)),
        "slowest": max(seconds(partial(covered_and_profiled, Network.from_file(spec).graph())) for spec in specs),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
