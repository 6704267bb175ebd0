"""Which words share a file: the same for formulas (`ops/`) and kernels (`numpy_backend/kernels/`)."""

from __future__ import annotations

SHARED: dict[str, tuple[str, ...]] = {
    "activation": (
        "relu",
        "relu6",
        "elu",
        "selu",
        "silu",
        "gelu",
        "mish",
        "sigmoid",
        "hardsigmoid",
        "hardswish",
        "tanh",
        "softmax",
    ),
    "norm": ("batch_norm", "instance_norm", "layer_norm"),
    "pool": ("max_pool", "avg_pool"),
    "global_pool": ("global_avg_pool", "global_max_pool"),
    "merge": ("add", "mul", "concat"),
}
"""By the name of a file, the operations in it: they differ in one expression. Every other has a file of its own."""

FILES: dict[str, str] = {word: file for file, words in SHARED.items() for word in words}


def file_of(word: str) -> str:
    """The file of an operation, without its ending.

    >>> file_of("max_pool"), file_of("conv")
    ('pool', 'conv')
    """
    return FILES.get(word, word)
