"""`verify` keeps to the memory that it says it needs, and refuses what needs more without needing any."""

from __future__ import annotations

import re
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from convcost import numpy_backend, ops
from convcost.api.network import Network
from convcost.numpy_backend.program import execute
from convcost.numpy_backend.threads import keep_freed_memory
from convcost.ops.core.operation import Composite
from convcost.verify import needs
from convcost.verify.confirm import verify
from convcost.verify.program import program_of

HERE = Path(__file__).parent
MB = 1_000_000


class Ended(NamedTuple):
    """A command that has ended: its exit code, seconds of a processor, and bytes at its peak."""

    code: int
    seconds: float
    memory: int
    err: str


MEASURED = """
import sys, time
from convcost.cli.main import main
code = main(sys.argv[1:])
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(code, time.process_time(), peak)
"""
"""Asked within: what a system counts for a child begins with what its parent held."""


def ended(*words: str, text: str = "") -> Ended:
    if not Path("/proc/self/status").exists():
        pytest.skip("there is no /proc/self/status")
    command = [sys.executable, "-c", MEASURED, *words]
    found = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=True)
    code, seconds, peak = found.stdout.splitlines()[-1].split()
    return Ended(int(code), float(seconds), int(peak) * 1024, found.stderr)


@pytest.mark.parametrize("name", ["memory_adaptive", "memory_dilation", "memory_resize", "refusal_memory"])
def test_a_refusal_takes_neither_memory_nor_time(name: str) -> None:
    answer = ended("verify", str(HERE / f"verify_{name}.yaml"), "--max-memory", "200MB")
    sentence = r"convcost: to run \w+ needs up to [\d,]+ MB, but --max-memory is 200 MB(; --quick needs 151 MB)?\n"
    assert re.fullmatch(sentence, answer.err)
    assert answer.code == 2
    assert answer.seconds < 2
    assert answer.memory < 100 * MB


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("input: [1, 12000]\nlayers: [{adaptive_avg_pool: 11987}]", ""),
        (
            "input: [1, 30000]\nlayers: [{conv: {out: 1, kernel: 3, dilation: 1162261467, padding: same}}]",
            "the field is too large to be confirmed",
        ),
        ("input: [8, 400, 400]\nlayers: [{resize: {scale: 2, mode: bilinear}}, gelu, softmax, layer_norm]", ""),
    ],
)
def test_a_process_keeps_to_what_it_tells(spec: str, said: str) -> None:
    answer = ended("verify", "-", "--layer", next(iter(yaml.safe_load(spec)["layers"][0])) + "1", text=spec)
    told = re.match(r".* needs up to ([\d.]+) (MB|GB)", answer.err)
    assert told, answer.err
    assert (answer.code, said in answer.err) == (bool(said), True)
    assert answer.memory < float(told[1]) * (MB if told[2] == "MB" else 1000 * MB)


WIDE = "16, 300, 300"
LAYERS = [
    *[(WIDE, word) for word in ("relu", "relu6", "elu", "selu", "silu", "gelu", "mish", "sigmoid", "softmax")],
    *[(WIDE, word) for word in ("hardsigmoid", "hardswish", "tanh", "prelu", "dropout", "identity", "flatten")],
    *[(WIDE, word) for word in ("batch_norm", "instance_norm", "layer_norm", "global_avg_pool", "global_max_pool")],
    *[("1, 1000000", word) for word in ("gelu", "softmax", "layer_norm", "instance_norm")],
    *[("1000000", word) for word in ("gelu", "softmax", "layer_norm", "prelu", "linear: 2")],
    (WIDE, "leaky_relu: 0.1"),
    (WIDE, "scale: {bias: true}"),
    (WIDE, "group_norm: 1"),
    (WIDE, "lrn: 5"),
    (WIDE, "add: input"),
    (WIDE, "mul: input"),
    (WIDE, "concat: input"),
    (WIDE, "slice: [0, 15]"),
    (WIDE, "channel_shuffle: 4"),
    (WIDE, "pixel_shuffle: 2"),
    (WIDE, "space_to_depth: 2"),
    (WIDE, "unpool: 2"),
    (WIDE, "unpool: {scale: 2, mode: bed_of_nails}"),
    (WIDE, "crop: {margins: 1}"),
    (WIDE, "pad: {padding: 2, mode: reflect}"),
    (WIDE, "linear: 3"),
    (WIDE, "max_pool: {kernel: 3, stride: 1, padding: 1}"),
    (WIDE, "avg_pool: {kernel: 3, stride: 1, padding: 1}"),
    (WIDE, "{max_pool: 2, name: p}", "max_unpool: p"),
    (WIDE, "{max_pool: {kernel: 3, stride: 2}, name: p}", "max_unpool: p"),
    (WIDE, "resize: {scale: 2, mode: bilinear}"),
    ("4, 1000, 300", "resize: {size: [10, 3000], mode: bilinear}"),
    ("1, 3, 300000", "resize: {size: [1000, 100]}"),
    ("1, 500000", "resize: {size: 499979, mode: bilinear, align_corners: true}"),
    (WIDE, "adaptive_avg_pool: [7, 290]"),
    ("1, 500000", "adaptive_avg_pool: 499979"),
    ("1, 10, 50000", "adaptive_avg_pool: [500, 100]"),
    (WIDE, "conv: {out: 16, kernel: 3, padding: 1}"),
    (WIDE, "conv: {out: 16, kernel: 3, padding: 1, groups: 2}"),
    (WIDE, "conv: {out: 16, kernel: 3, padding: 1, groups: 8}"),
    ("1, 500000", "conv: {out: 1, kernel: 3, dilation: 1162261467, padding: same}"),
    ("1, 700, 700", "conv: {out: 1, kernel: 3, dilation: 1000000, padding: same}"),
    ("1, 1, 500000", "conv: {out: 1, kernel: [1, 9], padding: same}"),
    ("64, 1, 10000", "conv: {out: 8, kernel: [3, 3], padding: same}"),
    ("64, 1, 10000", "conv: {out: 64, kernel: [1, 9], padding: same, groups: 8}"),
    ("512, 7, 7", "conv: {out: 512, kernel: 3, padding: 1}"),
    (WIDE, "depthwise: {kernel: 3, padding: 1}"),
    (WIDE, "depthwise: {kernel: 3, padding: 200, dilation: 200}"),
    (WIDE, "depthwise: {kernel: 3, stride: 90, padding: 1}"),
    ("8, 100000", "depthwise: {kernel: 3, dilation: 100000, padding: same}"),
    ("8, 3000", "depthwise: {kernel: 99, padding: same}"),
    (WIDE, "pointwise: 16"),
    (WIDE, "pointwise: {out: 16, stride: 2, groups: 4}"),
    (WIDE, "conv_transpose: {out: 8, kernel: 4, stride: 2, padding: 1}"),
    ("4, 1, 30000", "conv_transpose: {out: 4, kernel: 8, stride: 4}"),
    ("1, 100", "conv_transpose: {out: 1, kernel: 3, dilation: 1000000, padding: 500000}"),
    ("16, 50, 50", "conv_transpose: {out: 16, kernel: 5, stride: 4, dilation: 2, groups: 4}"),
]
SLACK = 5 * MB
"""Blocks of the size below, what generates weights, and the objects of Python."""


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of work that do not count, so that what grows with the layer shows."""
    for module in [value for name, value in sys.modules.items() if name.startswith(f"{numpy_backend.__name__}.")]:
        if hasattr(module, "BLOCK"):
            monkeypatch.setattr(module, "BLOCK", 1 << 13)


def peak(run: object) -> int:
    """The largest number of bytes that a call held at a time, arrays included."""
    keep_freed_memory()  # once, and not touched
    assert callable(run)
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize(("shape", "steps"), [(shape, steps) for shape, *steps in LAYERS], ids=str)
def test_a_kernel_needs_no_more_than_it_states(shape: str, steps: list[str]) -> None:
    graph = Network.from_text(f"input: [{shape}]\nlayers: [{', '.join(steps)}]").graph()
    stated = needs.memory_needed(graph) - needs.FIXED
    assert peak(lambda: execute(program_of(graph))) < stated + SLACK


def test_every_kernel_is_measured() -> None:
    named = {word for _, *steps in LAYERS for step in steps for word in re.findall(r"[a-z_]\w*", step)}
    assert {word for word in ops.names() if not issubclass(ops.find(word), Composite)} <= named


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize(
    ("shape", "steps"),
    [
        ("8, 200, 200", "conv: {out: 8, kernel: 3, padding: 1}, softmax, {max_pool: 2}, linear: 5"),
        ("8, 60, 200", "pixel_shuffle: 2, concat: {a: [conv: {out: 4, kernel: 5, padding: 2, groups: 2}], b: []}"),
        ("4, 500", "conv: {out: 4, kernel: 3, dilation: 2, padding: same}, instance_norm, adaptive_avg_pool: 499"),
        ("2, 300, 9", "conv_transpose: {out: 2, kernel: 4, stride: 2}, resize: {scale: 2, mode: bilinear}"),
    ],
)
def test_verify_needs_no_more_than_it_states(shape: str, steps: str) -> None:
    graph = Network.from_text(f"input: [{shape}]\nlayers: [{steps}]").graph()
    assert peak(lambda: verify(graph)) < needs.memory_to_verify(graph) - needs.FIXED + SLACK


def test_a_kernel_that_needs_more_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: softmax of all positions at once, and eight arrays beside."""
    graph = Network.from_text(f"input: [{WIDE}]\nlayers: [relu]").graph()
    right = numpy_backend.find("relu")

    def wasteful(meter, inputs, weights, **fields):
        beside = [inputs[0] + number for number in range(8)]
        return right(meter, inputs, weights) if beside else inputs[0]

    monkeypatch.setattr(sys.modules["convcost.numpy_backend.kernels.activation"], "relu", wasteful)
    assert peak(lambda: execute(program_of(graph))) > needs.memory_needed(graph) - needs.FIXED + SLACK
