"""How fast the NumPy backend runs networks, beside PyTorch: `python tests/benchmarks/bench_backend.py [--quick]`.

Two processes take turns, one for each library, with two threads and the instruction set of the machine; batches of runs
alternate, the first third of each is dropped, the fastest that remain are compared. torch eager: default layout,
inference mode. Prints ratios, ours to torch's, beside their bars; never fails on one. On a machine that others use,
`--one` compares processor time of one thread each instead.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
HERE = Path(__file__).parent
NETWORKS = {
    "MobileNetV1": ROOT / "specs" / "mobilenet_v1.yaml",
    "ResNeXt-50": HERE / "networks" / "resnext50.yaml",
    "VGG-16": HERE / "networks" / "vgg16.yaml",
    "SegNet": ROOT / "specs" / "segnet.yaml",
    "DeconvNet": HERE / "networks" / "deconvnet.yaml",
}
LIBRARIES = ("numpy", "torch")
LEFT_OUT = ("OPENBLAS_CORETYPE", "MKL_ENABLE_INSTRUCTIONS", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA")
STAT = Path("/proc/stat")
clock = time.process_time if "--one" in sys.argv else time.perf_counter
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}

LAYERS = [  # an input, and a layer on it
    ("[64, 56, 56]", "conv: {out: 64, kernel: 3, padding: 1}"),
    ("[3, 224, 224]", "conv: {out: 64, kernel: 7, stride: 2, padding: 3}"),
    ("[3, 224, 224]", "conv: {out: 96, kernel: 4, stride: 4}"),
    ("[256, 56, 56]", "conv: {out: 512, kernel: 1, stride: 2}"),
    ("[64, 56, 56]", "conv: {out: 128, kernel: 3, stride: 2, padding: 1}"),
    ("[192, 35, 35]", "conv: {out: 64, kernel: 5, padding: 2}"),
    ("[768, 17, 17]", "conv: {out: 192, kernel: [1, 7], padding: [0, 3]}"),
    ("[768, 17, 17]", "conv: {out: 192, kernel: [7, 1], padding: [3, 0]}"),
    ("[256, 33, 33]", "conv: {out: 256, kernel: 3, padding: 12, dilation: 12}"),
    ("[512, 33, 33]", "conv: {out: 256, kernel: 3, padding: 36, dilation: 36}"),
    ("[960, 7, 7]", "conv: {out: 160, kernel: 1}"),
    ("[128, 56, 56]", "conv: {out: 128, kernel: 3, padding: 1, groups: 32}"),
    ("[1024, 14, 14]", "conv: {out: 1024, kernel: 3, stride: 2, padding: 1, groups: 32}"),
    ("[240, 28, 28]", "conv: {out: 240, kernel: 1, groups: 3}"),
    ("[64, 56, 56]", "conv: {out: 64, kernel: 3, padding: 1, groups: 2}"),
    ("[32, 112, 112]", "depthwise: {kernel: 3, padding: 1}"),
    ("[64, 112, 112]", "depthwise: {kernel: 3, stride: 2, padding: 1}"),
    ("[96, 56, 56]", "depthwise: {kernel: 7, padding: 3}"),
    ("[672, 14, 14]", "depthwise: {kernel: 5, stride: 2, padding: 2}"),
    ("[960, 7, 7]", "depthwise: {kernel: 5, padding: 2}"),
    ("[32, 56, 56]", "depthwise: {kernel: 3, padding: 1, multiplier: 2}"),
    ("[256, 28, 28]", "depthwise: {kernel: 3, padding: 4, dilation: 4}"),
    ("[128, 56, 56]", "conv_transpose: {out: 64, kernel: 2, stride: 2}"),
    ("[128, 56, 56]", "conv_transpose: {out: 64, kernel: 4, stride: 2, padding: 1}"),
    ("[21, 16, 16]", "conv_transpose: {out: 21, kernel: 64, stride: 32}"),
    ("[256, 28, 28]", "conv_transpose: {out: 128, kernel: 3, padding: 1}"),
    ("[32, 28, 28]", "conv_transpose: {out: 32, kernel: 4, stride: 2, padding: 1, groups: 32}"),
    ("[64, 16000]", "conv: {out: 64, kernel: 9, padding: 4}"),
    ("[1, 16000]", "conv: {out: 32, kernel: 80, stride: 4}"),
    ("[64, 4000]", "depthwise: {kernel: 9, padding: 4}"),
    ("[32, 16, 28, 28]", "conv: {out: 32, kernel: 3, padding: 1}"),
    ("[3, 16, 56, 56]", "conv: {out: 32, kernel: 3, padding: 1, stride: [1, 2, 2]}"),
    ("[64, 16, 28, 28]", "depthwise: {kernel: 3, padding: 1}"),
    ("[512, 7, 7]", "conv: {out: 4096, kernel: 7}"),
    ("[32, 8, 8]", "conv: {out: 32, kernel: 3, padding: 1}"),
]
ELEMENTWISE = {
    "relu": "relu",
    "relu6": "relu6",
    "batch_norm": "batch_norm",
    "add": "add: input",
    "hardswish": "hardswish",
    "mul": "mul: input",
}


# A worker: one library in a process of its own, asked over a pipe --------------------------------------------


class Runner:
    """A network in one library."""

    def __init__(self, library: str, text: str) -> None:
        from convcost.api.network import Network
        from convcost.numpy_backend.program import given_inputs, wanted_weights
        from convcost.numpy_backend.weights import generate
        from convcost.verify.program import program_of

        graph = Network.from_text(text).graph()
        self.program = program_of(graph)
        self.words = [step.word for step in self.program.instructions]
        shapes = [node.shape for node in (*graph.inputs, *graph.nodes)]
        self.weights = {}
        for number, step in enumerate(self.program.instructions):
            wanted = wanted_weights(step, [shapes[place] for place in step.inputs])
            if wanted:
                self.weights[step.name] = generate(0, number, wanted, "float32")
        self.inputs = given_inputs(self.program, 0, "float32")
        self.seconds = [0.0] * len(self.words)
        self.prepare() if library == "numpy" else self.prepare_torch()

    def prepare(self) -> None:
        from convcost.numpy_backend.program import execute

        def look(number: int, array: object) -> None:
            self.ended[number] = clock()

        def run() -> Any:
            return execute(self.program, self.inputs, self.weights, on_layer=look)

        self.run = run
        self.result = partial(first_of, run)

    def prepare_torch(self) -> None:
        import torch
        from torch_network import TorchNetwork

        torch.set_num_threads(1 if clock is time.process_time else 2)
        network = TorchNetwork(self.program, self.weights)
        inputs = [torch.from_numpy(x)[None] for x in self.inputs.values()]

        def run() -> None:
            for number in network.steps(*inputs):
                self.ended[number] = clock()

        def result() -> Any:
            return network(*inputs)[0][0].numpy()

        self.run = torch.inference_mode()(run)
        self.result = torch.inference_mode()(result)

    def batch(self, runs: int) -> dict[str, list[Any]]:
        """The seconds of a batch of runs, and for each layer its least."""
        wholes, layers = [], []
        for _ in range(runs):
            self.ended = [0.0] * len(self.words)
            start = clock()
            self.run()
            wholes.append(clock() - start)
            last, spent = start, []
            for end in self.ended:  # layers that ran as one share the moment at which they ended
                spent.append(max(end - last, 0.0))
                last = max(end, last)
            layers.append(spent)
        third = runs // 3
        return {"whole": wholes[third:], "layers": [min(times) for times in zip(*layers[third:])], "words": self.words}


def first_of(run: Callable[[], dict[str, Any]]) -> Any:
    return next(iter(run().values()))


def about(library: str) -> str:
    """Version and instruction set."""
    if library == "torch":
        import torch

        return f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}"
    import numpy as np

    found = np.show_config("dicts")["SIMD Extensions"]["found"]
    return f"numpy {np.__version__}, {found[-1] if found else 'baseline'}; one thread per matrix product"


def work(library: str) -> None:
    runner: Runner | None = None
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        if what == "load":
            runner = None
            runner = Runner(library, arguments[0])
            answer: Any = None
        elif what == "about":
            answer = about(library)
        elif what == "batch":
            assert runner is not None
            answer = runner.batch(arguments[0])
        else:
            assert runner is not None
            answer = [float(value) for value in runner.result().reshape(-1)[:: arguments[0]]]
        print(json.dumps(answer), flush=True)


class Worker:
    """The other end of the pipe."""

    def __init__(self, library: str, one: bool) -> None:
        self.library = library
        words = [sys.executable, __file__, "--worker", library, *(["--one"] if one else [])]
        threads = {"OPENBLAS_NUM_THREADS": "1"} if library == "numpy" else {}  # the kernels have threads of their own
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT | threads, text=True
        )

    def ask(self, *words: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker for {self.library} has ended")
        return json.loads(answer)


def settle(limit: float = 20.0) -> None:
    """Wait until nobody else computes: threads of the other library that still wait for work, other programs."""
    end = time.monotonic() + limit
    time.sleep(0.05)
    while STAT.exists() and time.monotonic() < end:
        idle, whole = jiffies()
        time.sleep(0.1)
        later, more = jiffies()
        if later - idle > 0.9 * (more - whole):
            return


def jiffies() -> tuple[int, int]:
    """What the processors have idled, and all their time."""
    counts = [int(word) for word in STAT.read_text().splitlines()[0].split()[1:9]]
    return counts[3] + counts[4], sum(counts)


# What is measured and printed ---------------------------------------------------------------------------------


def compared(workers: list[Worker], text: str, batches: int, runs: int) -> list[dict[str, Any]]:
    """For each library the least time of a run and of each layer."""
    for worker in workers:
        worker.ask("load", text)
    found: list[list[dict[str, Any]]] = [[] for _ in workers]
    for _ in range(batches):
        for worker, own in zip(workers, found):
            if clock is time.perf_counter:
                settle()
            own.append(worker.ask("batch", runs))
    return [
        {
            "whole": min(min(batch["whole"]) for batch in own),
            "layers": [min(times) for times in zip(*[batch["layers"] for batch in own])],
            "words": own[0]["words"],
        }
        for own in found
    ]


def kinds(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Seconds of each kind of operation; layers that run as one here count for the first of them."""
    sums: dict[str, tuple[float, float]] = {}
    head = ""
    for word, own, other in zip(ours["words"], ours["layers"], theirs["layers"]):
        if own > 0 or not head:
            head = word
        before = sums.get(head, (0.0, 0.0))
        sums[head] = before[0] + own, before[1] + other
    return sums


def line(name: str, ratio: float, beside: str, bar: str) -> None:
    print(f"{name:<64}{ratio:6.2f} x   {beside:<24}{bar}", flush=True)


def measure_networks(workers: list[Worker], names: list[str], batches: int, runs: int) -> None:
    ratios = []
    for name in names:
        text = NETWORKS[name].read_text(encoding="utf-8")
        ours, theirs = compared(workers, text, batches, runs)
        first, second = (worker.ask("result", 7) for worker in workers)
        largest = max(map(abs, second))
        apart = max(abs(a - b) for a, b in zip(first, second)) / largest
        ratios.append(ours["whole"] / theirs["whole"])
        beside = f"{ours['whole'] * 1e3:.0f} / {theirs['whole'] * 1e3:.0f} ms"
        line(name, ratios[-1], beside, f"at most 1.5 x; values {apart:.0e} apart")
        for word, (own, other) in sorted(kinds(ours, theirs).items(), key=lambda item: -item[1][0]):
            if own > 0.002 * ours["whole"]:
                line(f"    {word}", own / other, f"{own * 1e3:.1f} / {other * 1e3:.1f} ms", "at most 5 x")
    line("geometric mean", math.exp(sum(map(math.log, ratios)) / len(ratios)), "", "at most 1.0 x")


def measure_layers(workers: list[Worker], batches: int, runs: int) -> None:
    found = []
    for shape, layer in LAYERS:
        # behind another layer, whose result each library has in its own layout
        text = f"input: {shape}\nlayers:\n  - max_pool: {{kernel: 1}}\n  - {layer}\n"
        own, other = (result["layers"][1] for result in compared(workers, text, batches, runs))
        found.append((own / other, f"{shape} {layer}", own, other))
    print("\nConvolutions, the slowest first")
    for ratio, name, own, other in sorted(found, reverse=True):
        line(name, ratio, f"{own * 1e3:.2f} / {other * 1e3:.2f} ms", "at most 6 x")


def measure_elements(workers: list[Worker], batches: int, runs: int) -> None:
    print("\nElementwise, 64 x 112 x 112, nanoseconds per element (ours, torch)")
    for name, layer in ELEMENTWISE.items():
        text = f"input: [64, 112, 112]\nlayers:\n  - max_pool: {{kernel: 1}}\n  - {layer}\n"
        [ours] = compared(workers[:1], text, batches, runs)
        print(f"{name:<20}{ours['layers'][1] / (64 * 112 * 112) * 1e9:6.2f}   at most 1.5")


def measure_memory(names: list[str]) -> None:
    """One run of a fresh process that makes its weights as it goes."""
    from convcost.api.network import Network

    print("\nPeak memory of a process that makes its weights layer by layer")
    for name in names:
        words = [sys.executable, __file__, "--peak", str(NETWORKS[name])]
        answer = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout
        totals = Network.from_file(str(NETWORKS[name])).analyze().totals
        stated = totals.weight_bytes + totals.peak_activation_bytes
        bar = 1.2 * stated + 150e6
        print(f"{name:<20}{int(answer) / 1e6:8.0f} MB   at most {bar / 1e6:.0f} MB (stated {stated / 1e6:.0f} MB)")


def print_peak(path: str) -> None:
    from convcost.api.network import Network
    from convcost.numpy_backend.program import execute
    from convcost.verify.program import program_of

    execute(program_of(Network.from_file(path).graph()))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few runs of each, for a first look")
    parser.add_argument("--network", action="append", choices=list(NETWORKS), help="only this one; may be repeated")
    parser.add_argument("--one", action="store_true", help="processor time of one thread each")
    parser.add_argument("--worker", choices=LIBRARIES, help=argparse.SUPPRESS)
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        if options.one and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
        work(options.worker)
    elif options.peak:
        print_peak(options.peak)
    else:
        batches, runs = (1, 3) if options.quick else (3, 7)
        workers = [Worker(library, options.one) for library in LIBRARIES]
        for worker in workers:
            print(worker.ask("about"))
        measure_networks(workers, options.network or list(NETWORKS), batches, runs)
        if not options.network:
            measure_layers(workers, batches, 3 * runs)
            measure_elements(workers, batches, 3 * runs)
            measure_memory(list(NETWORKS))


if __name__ == "__main__":
    main()
