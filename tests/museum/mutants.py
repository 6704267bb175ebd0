"""Formulas of other tools that were published and are wrong, each as a change of one of ours.

A mutant has the name of its row in tests/data/cases/wrong_answers.csv or of a case that was measured by running the tools
(torchinfo 1.8.0, thop 0.1.1, fvcore 0.1.5, calflops 0.3.2, DeepSpeed 0.19.8, onnx-tool 1.0.1, ptflops 0.7.5, torchscan
0.2.0, TensorFlow 2.21) or by reading their source. `wrong` is what the tool says and so the changed formula must: that
makes the mutant that mistake and no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from convcost.analysis.field import coverage, extent
from convcost.ops.activation import Relu
from convcost.ops.conv import Conv
from convcost.ops.conv_transpose import ConvTranspose
from convcost.ops.core.axis import Scatter, Window
from convcost.ops.norm import BatchNorm
from convcost.ops.pool import MaxPool, Pool
from convcost.ops.resize import Resize
from convcost.types import volume

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Patch = Callable[[pytest.MonkeyPatch], object]

THOP = "https://github.com/ultralytics/thop/issues/92"
PTFLOPS = "https://github.com/sovrasov/flops-counter.pytorch/issues/149"
OLD_THOP = "https://github.com/Lyken17/pytorch-OpCounter/issues/93"
TORCHINFO = "https://github.com/TylerYep/torchinfo"
ONNX_TOOL = "https://github.com/ThanatosShinji/onnx-tool/issues/32"
FVCORE = "https://github.com/facebookresearch/fvcore/blob/main/fvcore/nn/flop_count.py"
CALFLOPS = "https://github.com/MrYxJ/calculate-flops.pytorch/blob/main/calflops/pytorch_ops.py"
CALFLOPS_UPSAMPLE = "https://github.com/MrYxJ/calculate-flops.pytorch/issues/22"
DEEPSPEED = "https://github.com/deepspeedai/DeepSpeed/pull/8323"
DEEPSPEED_PROFILER = (
    "https://github.com/deepspeedai/DeepSpeed/blob/master/deepspeed/profiling/flops_profiler/profiler.py"
)
TENSORFLOW = "https://github.com/tensorflow/tensorflow/issues/32809"
SCALE_SIM = "https://github.com/ARM-software/SCALE-Sim"
NETSCOPE = "https://github.com/ethereon/netscope/blob/gh-pages/src/analyzer.coffee"
NETSCOPE_POOL = "https://github.com/ethereon/netscope/issues/25"
NETRON = "https://github.com/lutzroeder/netron/issues/1396"
CNNCALC = "https://github.com/cindolfi/cnncalc/blob/8515bb2/src/cnncalc/main.py"
ONNX_POOL = "https://github.com/onnx/onnx/pull/5741"
PTFLOPS_OPS = "https://github.com/sovrasov/flops-counter.pytorch"
TORCHSCAN = "https://github.com/frgfm/torch-scan/issues/12"
GOOGLE = "https://github.com/google-research/receptive_field/issues/7"
RFA = "https://github.com/MLRichter/receptive_field_analysis_toolbox"
FANGYH = "https://github.com/Fangyh09/pytorch-receptive-field/issues/6"
FANGYH_GRAPHS = "https://github.com/Fangyh09/pytorch-receptive-field/issues/17"


class Mutant(NamedTuple):
    """A wrong formula: where it was published, a network that shows it, what the tool says of which figure of its last
    layer, how ours is changed, and the problem that verify must report."""

    row: str
    tool: str
    source: str
    spec: str
    code: str
    figure: str
    wrong: object
    patch: Patch

    def __str__(self) -> str:
        return f"{self.row}-{self.tool.replace(' ', '')}"


def layers(shape: str, *steps: str) -> str:
    return f"input: [{shape}]\nlayers:\n" + "".join(f"  - {step}\n" for step in steps)


def method(owner: Any, name: str, changed: Any) -> Patch:
    return lambda patch: patch.setattr(owner, name, changed)


def macs(kind: type, count: Callable[..., int]) -> Patch:
    return method(kind, "macs", count)


# Counting products ------------------------------------------------------------------------------------------


def per_output(op: Any, *inputs: Any) -> int:
    """Every weight at every position of the output."""
    taps = volume(tuple(a.kernel for a in op.axes(*inputs)))
    return op.channel_pairs(inputs[0][0]) * taps * volume(op.shape(*inputs)[1:])


def out_for_in(op: Any, *inputs: Any) -> int:
    """The same, with the output channels where the input's belong."""
    taps = volume(tuple(a.kernel for a in op.axes(*inputs)))
    return op.out * op.out // op.groups * taps * volume(op.shape(*inputs)[1:])


def without_groups(op: Any, *inputs: Any) -> int:
    return inputs[0][0] * op.out * volume(tuple(a.taps for a in op.axes(*inputs)))


def unless(dropped: Callable[[Any], bool]) -> Callable[..., int]:
    right = Conv.macs
    return lambda op, *inputs: 0 if dropped(op) else right(op, *inputs)


def elements(factor: int) -> Callable[..., int]:
    return lambda op, *inputs: factor * volume(op.shape(*inputs))


T = [
    ("T1", "3, 2, 2", "conv_transpose: {out: 1, kernel: 2, stride: 2, bias: false}", 192, 64),
    ("T2", "32, 1, 1", "conv_transpose: {out: 1, kernel: 3, bias: false}", 2592, 81),
    ("T3", "4, 8, 8", "conv_transpose: {out: 6, kernel: 4, stride: 2, padding: 1}", 98304, 147456),
    (
        "T4",
        "4, 8, 8",
        "conv_transpose: {out: 4, kernel: 3, stride: 2, padding: 1, output_padding: 1, groups: 4}",
        9216,
        9216,
    ),
    ("T5", "6, 8, 8", "conv_transpose: {out: 6, kernel: 2, stride: 2, groups: 3}", 12288, 12288),
    ("T6", "4, 8, 8", "conv_transpose: {out: 6, kernel: 3, stride: 2, dilation: 2}", 77976, 116964),
    ("T7", "4, 10", "conv_transpose: {out: 2, kernel: 4, stride: 2}", 704, 352),
    ("T8", "2, 3, 3, 3", "conv_transpose: {out: 4, kernel: 2, stride: 2}", 13824, 27648),
]
OF = {row: layers(shape, step) for row, shape, step, _, _ in T}
SOURCES = {"T1": OLD_THOP, "T2": THOP, "T3": PTFLOPS}

COUNTS = [
    *[
        Mutant(
            row,
            "torchinfo, thop",
            SOURCES.get(row, TORCHINFO),
            OF[row],
            "CC503",
            "macs",
            said,
            macs(ConvTranspose, per_output),
        )
        for row, _, _, said, _ in T
    ],
    *[
        Mutant(row, "onnx-tool", ONNX_TOOL, OF[row], "CC503", "macs", said, macs(ConvTranspose, out_for_in))
        for row, _, _, _, said in T
    ],
    *[
        Mutant(
            row,
            "calflops",
            CALFLOPS if row == "T4" else DEEPSPEED,
            OF[row],
            "CC503",
            "macs",
            0,
            macs(ConvTranspose, lambda op, *inputs: 0 if op.groups > 1 else Conv.macs(op, *inputs)),
        )
        for row in ("T4", "T5")
    ],
    Mutant("T12", "Netscope", NETSCOPE, OF["T5"], "CC503", "macs", 3 * 3072, macs(ConvTranspose, without_groups)),
    Mutant(
        "C1",
        "fvcore",
        FVCORE,
        layers("4, 8, 8", "conv: {out: 8, kernel: 3, padding: same}"),
        "CC503",
        "macs",
        0,
        macs(Conv, unless(lambda op: isinstance(op.padding, str))),
    ),
    Mutant(
        "C5",
        "tf.profiler",
        TENSORFLOW,
        layers("8, 8, 8", "conv: {out: 16, kernel: 3, groups: 4, padding: same}"),
        "CC503",
        "macs",
        0,
        macs(Conv, unless(lambda op: op.groups > 1)),
    ),
    *[
        Mutant(
            "P5",
            tool,
            source,
            layers("4, 8, 8", f"resize: {{{how}}}"),
            "CC503",
            "macs",
            said,
            macs(Resize, lambda op, *inputs, said=said: said),
        )
        for tool, source, how, said in (
            ("fvcore, thop", FVCORE, "scale: 2", 1024),
            ("ptflops", PTFLOPS_OPS, "scale: 2", 2048),
            ("DeepSpeed", DEEPSPEED_PROFILER, "size: 16", 256),
            ("calflops", CALFLOPS_UPSAMPLE, "scale: 2", 256),
        )
    ],
    Mutant(
        "P6",
        "ptflops, pthflops",
        PTFLOPS_OPS,
        layers("8, 8, 8", "relu"),
        "CC503",
        "macs",
        1024,
        macs(Relu, elements(2)),
    ),
    *[
        Mutant(
            "P7",
            tool,
            source,
            layers("8, 8, 8", "batch_norm"),
            "CC503",
            "macs",
            said,
            macs(BatchNorm, lambda op, *inputs, said=said: said),
        )
        for tool, source, said in (
            ("torchinfo", TORCHINFO, 16),
            ("onnx-tool", ONNX_TOOL, 15_872),
            ("thop", THOP, 2_048),
            ("others", PTFLOPS_OPS, 1_024),
        )
    ],
    *[
        Mutant(
            "P8",
            tool,
            source,
            layers("4, 9, 9", "max_pool: {kernel: 3, stride: 2}"),
            "CC503",
            "macs",
            said,
            macs(MaxPool, lambda op, *inputs, said=said: said),
        )
        for tool, source, said in (
            ("ptflops", PTFLOPS_OPS, 648),
            ("DeepSpeed", DEEPSPEED_PROFILER, 324),
            ("onnx-tool", ONNX_TOOL, 576),
            ("torchscan", TORCHSCAN, 128),
        )
    ],
]

# Sizes ------------------------------------------------------------------------------------------------------


def sized(kind: type, size: Callable[[Any, Any], int]) -> Patch:
    """The output's sizes from each axis of the operation."""
    right = kind.shape
    return method(
        kind, "shape", lambda op, *inputs: (right(op, *inputs)[0], *[size(op, axis) for axis in op.axes(*inputs)])
    )


def halved_down(op: Any, axis: Any) -> int:
    """`same` as dilation * (kernel - 1) // 2 on both sides."""
    both = 2 * (axis.dilation * (axis.kernel - 1) // 2)
    return (axis.n + both - axis.dilation * (axis.kernel - 1) - 1) // axis.stride + 1


def ceil_for_floor(op: Any, axis: Any) -> int:
    room = axis.n + axis.before + axis.after - axis.dilation * (axis.kernel - 1) - 1
    return -(-room // axis.stride) + 1


def oddness(op: Any, axis: Any) -> int:
    return (axis.n - axis.kernel) // axis.stride + axis.kernel % 2


def as_convolution(op: Any, axis: Any) -> int:
    return (axis.n + 2 * op.padding - axis.kernel) // axis.stride + 1


SIZES = [
    *[
        Mutant(
            row,
            "calflops, DeepSpeed",
            DEEPSPEED_PROFILER,
            layers("4, 8, 8", f"conv: {{out: 8, {how}, padding: same}}"),
            "CC501",
            "output_shape",
            (8, 7, 7),
            sized(Conv, halved_down),
        )
        for row, how in (("C2", "kernel: 4"), ("C3", "kernel: 2, dilation: 3"))
    ],
    Mutant(
        "C13",
        "SCALE-Sim",
        SCALE_SIM,
        layers("1, 8, 8", "conv: {out: 1, kernel: 3, stride: 2}"),
        "CC501",
        "output_shape",
        (1, 4, 4),
        sized(Conv, ceil_for_floor),
    ),
    *[
        Mutant(
            "C14",
            "cnncalc",
            CNNCALC,
            layers("1, 8, 8", f"conv: {{out: 1, {how}}}"),
            "CC501",
            "output_shape",
            (1, size, size),
            sized(Conv, oddness),
        )
        for how, size in (("kernel: 2", 6), ("kernel: 4, stride: 2", 2))
    ],
    Mutant(
        "T13",
        "Netron",
        NETRON,
        layers("4, 13, 13", "conv_transpose: {out: 2, kernel: 4, stride: 2, padding: 1}"),
        "CC501",
        "output_shape",
        (2, 6, 6),
        sized(ConvTranspose, as_convolution),
    ),
    Mutant(
        "P1",
        "onnx, onnx-tool, Netscope",
        ONNX_POOL,
        layers("1, 7, 7", "max_pool: {kernel: 2, stride: 3, padding: 1, ceil_mode: true}"),
        "CC501",
        "output_shape",
        (1, 4, 4),
        sized(Pool, ceil_for_floor),
    ),
    Mutant(
        "P2",
        "Netscope",
        NETSCOPE_POOL,
        layers("1, 64, 64", "max_pool: {kernel: 3, stride: 2, padding: 1}"),
        "CC501",
        "output_shape",
        (1, 33, 33),
        sized(Pool, ceil_for_floor),
    ),
]

# Receptive fields -------------------------------------------------------------------------------------------


def undilated(axis: Window, o: int) -> range:
    """The taps side by side, whatever their distance, the first where padding puts it."""
    first = o * axis.stride - axis.before + (axis.dilation - 1) * (axis.kernel - 1) // 2
    return range(first, first + axis.kernel)


def transposed_as_window(axis: Scatter, o: int) -> range:
    first = o * axis.stride - axis.before
    return range(first, first + axis.kernel)


def last_module_only(extent: Any, axis: Any) -> Any:
    """The field of an operation on its own input."""
    own = type(extent)(1, ((0, 0),))
    return type(extent)(axis.phases()[1], tuple(own.gathered(axis.reads(o)) for o in range(axis.phases()[0])))


def filled(positions: Any, read: range) -> Any:
    """Everything between the first and the last position that is read."""
    base, bits = coverage.union([positions.at(i) for i in read])
    return base, (1 << bits.bit_length()) - 1


def first_axis_only(op: Any, index: int, *inputs: Any) -> list[Any]:
    height, *others = op.axes(*inputs)
    return [height, *[axis._replace(kernel=height.kernel, before=height.before) for axis in others]]


DILATED = "conv: {out: 1, kernel: 3, dilation: 2, padding: 2}"
PLAIN = "conv: {out: 1, kernel: 3, padding: 1}"
TWICE = "conv_transpose: {out: 1, kernel: 2, stride: 2}"

FIELDS = [
    Mutant(
        "R1",
        "google",
        GOOGLE,
        layers("1, 24, 24", DILATED),
        "CC505",
        "field",
        (3, 3),
        method(Window, "reads", undilated),
    ),
    Mutant(
        "R2",
        "rfa_toolbox",
        RFA,
        layers("1, 24, 24", DILATED, PLAIN),
        "CC505",
        "field",
        (5, 5),
        method(Window, "reads", undilated),
    ),
    Mutant(
        "R3",
        "Fangyh09",
        FANGYH,
        layers("1, 24, 24", DILATED),
        "CC505",
        "center",
        -1,
        method(extent.Extent, "center", property(lambda extent: (extent.start + 1, 1))),
    ),
    Mutant(
        "R4",
        "rfa_toolbox",
        RFA,
        layers("1, 24, 24", PLAIN, TWICE, PLAIN),
        "CC505",
        "field",
        (8, 8),
        lambda patch: (
            patch.setattr(Scatter, "reads", transposed_as_window),
            patch.setattr(Scatter, "phases", lambda axis: (1, axis.stride)),
        ),
    ),
    Mutant(
        "R4",
        "Fangyh09",
        FANGYH,
        layers("1, 24, 24", PLAIN, TWICE, PLAIN),
        "CC505",
        "field",
        (0, 0),
        method(Scatter, "reads", lambda axis, o: range(0)),
    ),
    Mutant(
        "R4",
        "torchscan",
        TORCHSCAN,
        layers("1, 24, 24", PLAIN, TWICE, PLAIN),
        "CC505",
        "field",
        (3, 3),
        method(extent, "composed", last_module_only),
    ),
    Mutant(
        "R5",
        "Fangyh09",
        FANGYH,
        layers("1, 24, 24", "conv_transpose: {out: 1, kernel: 4, stride: 2, padding: 1}"),
        "CC505",
        "field",
        (0, 0),
        method(Scatter, "reads", lambda axis, o: range(0)),
    ),
    Mutant(
        "R5",
        "torchscan",
        TORCHSCAN,
        layers("1, 24, 24", "conv_transpose: {out: 1, kernel: 4, stride: 2, padding: 1}"),
        "CC505",
        "field",
        (-4, -4),
        method(extent.Extent, "largest", property(lambda extent: -4)),
    ),
    Mutant(
        "R6",
        "torchscan",
        TORCHSCAN,
        layers("1, 24, 24", "max_pool: 2", PLAIN, "resize: 2", PLAIN),
        "CC505",
        "field",
        (3, 3),
        method(extent, "composed", last_module_only),
    ),
    Mutant(
        "R7",
        "torchscan",
        TORCHSCAN,
        layers("1, 24, 24", "conv: {out: 1, kernel: [1, 7], padding: [0, 3]}"),
        "CC505",
        "field",
        (1, 1),
        method(Conv, "input_axes", first_axis_only),
    ),
    Mutant(
        "R8",
        "torchscan",
        FANGYH_GRAPHS,
        layers("1, 24, 24", f"add: {{main: [{PLAIN}, {PLAIN}], shortcut: [{PLAIN}]}}"),
        "CC505",
        "field",
        (3, 3),
        method(extent, "_merged", lambda fields, shape: fields[-1]),
    ),
    Mutant(
        "R9",
        "torchscan",
        TORCHSCAN,
        layers("1, 24, 24", "concat: {wide: [conv: {out: 1, kernel: 5, padding: 2}], narrow: [pointwise: 1]}"),
        "CC505",
        "field",
        (1, 1),
        method(extent, "_merged", lambda fields, shape: fields[-1]),
    ),
    Mutant(
        "R12",
        "all",
        FANGYH,
        layers("1, 24, 24", "pointwise: {out: 1, stride: 2}", "conv: {out: 1, kernel: 2}"),
        "CC505",
        "coverage",
        (9, 9),
        method(coverage.Positions, "gathered", filled),
    ),
]

MUTANTS = [*COUNTS, *SIZES, *FIELDS]

# What the other rows are ------------------------------------------------------------------------------------

NO_FORMULA = {
    "T9": "additions of a bias: counted as elementwise work, which no execution confirms",
    "T10": "a crash",
    "T11": "a network of layers that each are T1",
    "T14": "sizes for a padding rule that the language does not have",
    "C4": "a crash",
    "C6": "the backward pass",
    "C7": "the backward pass",
    "C8": "an input of several vectors, which the language does not have",
    "C9": "a module that is called several times",
    "C10": "weights that two modules share",
    "C11": "a module that is passed bare",
    "C12": "functions that no hook sees",
    "C15": "a name for a figure",
    "C16": "a name for a figure",
    "C17": "a figure scaled from another input",
    "P3": "crashes",
    "P4": "a shape that is missing",
    "R10": "a network of layers that each are R4",
    "R11": "R6 on a branch, and crashes",
    "R13": "holes that are not shown: R12 once more",
    "R14": "a refusal",
    "R15": "crashes",
}
