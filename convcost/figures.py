"""What each figure is called and means."""

from __future__ import annotations

from .types import Record


class Figure(Record):
    """A figure convcost reports: its key in JSON, the heading people see, its unit and its meaning."""

    key: str
    heading: str
    unit: str
    meaning: str


FIGURES: dict[str, Figure] = {
    f.key: f
    for f in (
        Figure(
            "params",
            "params",
            "",
            "Learnable numbers: weights, biases, and the scale and shift of a normalisation. "
            "Running statistics of a normalisation are not learnable and not counted.",
        ),
        Figure(
            "macs",
            "MACs",
            "",
            "One multiplication with its addition, in convolutions and linear layers, for one sample. "
            "Taps on zero padding count, as papers count them; bias does not. In a transposed convolution "
            "every weight meets every *input* position once, products that are cropped away included.",
        ),
        Figure(
            "useful_macs",
            "useful MACs",
            "",
            "The MACs whose operands are real data and whose product is kept: the nominal count less the taps "
            "on padding (convolution), or less the products that land outside the output (transposed).",
        ),
        Figure("flops", "FLOPs", "", "Two times the MACs, never anything else."),
        Figure(
            "elementwise",
            "elementwise",
            "",
            "Work that is no MAC, counted apart. Per output element: bias 1, normalisation 2, lrn 2 x its size, "
            "activation 1 (softmax 3), add or mul of n tensors n - 1, max-pool its window less 1, average and "
            "global pools their window (padding included), bilinear resize 3 per axis, scale 1 (2 with bias). "
            "Copies (concat, crop, pad, slice, shuffle, nearest, unpooling, dropout, identity) are 0.",
        ),
        Figure(
            "weight_bytes",
            "weights",
            "B",
            "Params times the bytes of the weight type (`dtype`), each tensor rounded up to whole bytes. Biases of "
            "convolutions and linear layers and the shifts of normalisations and of scale have a type of their own, "
            "`dtype: {bias: ...}`: the weight type, or int32 where that is an integer of 8 bits or fewer, as TFLite "
            "and CMSIS-NN store them. Running statistics of a normalisation are not in it.",
        ),
        Figure(
            "activations",
            "activations",
            "",
            "Elements of all layer outputs: the rows of the table, not the network's input.",
        ),
        Figure(
            "peak_activation_bytes",
            "peak memory",
            "B",
            "The largest sum of tensors alive at once, in the order of the spec. A tensor lives from the step that "
            "makes it to the last step that reads it; an operation needs inputs and output together; the network's "
            "input counts while it is read and is never overwritten; outputs live to the end. Activations, "
            "batch_norm, scale, prelu and dropout work in place when nobody else reads their input; flatten and "
            "identity share memory. A max_unpool keeps its pool's indices alive (4 bytes each), not its output.",
        ),
        Figure(
            "receptive_field",
            "field",
            "",
            "The input positions that one position of a layer's output depends on, per axis: last - first + 1 on an "
            "unbounded input. The field of a network is that of its spatial output, printed with that layer's name.",
        ),
        Figure(
            "grid",
            "grid",
            "",
            "How coarsely the output is computed: 1/8 where only every 8th position along an axis ever is. The scale "
            "of a tensor is the product of the strides on its way from the input, divided by upsampling; along a path "
            "the coarsest counts, and over all paths the finest of these: a U-Net has 1, through its skips. Paths "
            "through a step that reads the whole input, or through a stretched operand of add or mul, are passed over. "
            "The grid of a network is that of the layer its field is taken at. JSON, `expect` and `budgets` have the "
            "scale, 8.",
        ),
    )
}
