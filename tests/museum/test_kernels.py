"""Kernels that are wrong: verify sees it, for it trusts the execution no more than the formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from convcost.api.network import Network
from convcost.numpy_backend import program
from convcost.numpy_backend.kernels import (
    activation,
    conv,
    conv_transpose,
    global_pool,
    max_unpool,
    merge,
    norm,
    pool,
    resize,
)
from convcost.numpy_backend.kernels.core import dense, windows
from convcost.numpy_backend.kernels.core.kernel import InPlace, has
from convcost.numpy_backend.meter import Meter
from tests.museum.mutants import DILATED, PLAIN, layers

if TYPE_CHECKING:
    from collections.abc import Callable

    Patch = Callable[[pytest.MonkeyPatch], object]


class Wrong(NamedTuple):
    """A kernel changed for the worse, a network that shows it, the problems that verify must report."""

    what: str
    spec: str
    codes: set[str]
    patch: Patch

    def __str__(self) -> str:
        return self.what.replace(" ", "_")


class Numpy:
    """NumPy, as one module sees it, with some functions replaced."""

    def __init__(self, **replaced: Any) -> None:
        vars(self).update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


def put(owner: Any, name: str, value: Any) -> Patch:
    return lambda patch: patch.setattr(owner, name, value)


def after(owner: Any, name: str, change: Callable[..., Any]) -> Patch:
    """What `owner.name` gives, changed."""
    right = getattr(owner, name)
    return put(owner, name, lambda *given, **named: change(right(*given, **named)))


def before(owner: Any, name: str, change: Callable[..., tuple[Any, ...]]) -> Patch:
    """What `owner.name` is given, changed."""
    right = getattr(owner, name)
    return put(owner, name, lambda *given, **named: right(*change(*given), **named))


def in_place(change: Callable[[Any], None]) -> InPlace:
    return InPlace(lambda meter, weights: change)


def by_comparison(x: Any) -> None:
    x[...] = np.where(x > 0, x, 0)


def without_nan(x: Any) -> None:
    np.fmax(x, 0, out=x)


@has(places_of="pool")
def hidden(kernel_meter: Any, inputs: Any, weights: Any, *, pool: Any) -> Any:
    """Max-unpooling that puts a lost value somewhere and zeros around it, as one that does not care would."""
    y = np.zeros((inputs[0].shape[0], *[a.n for a in pool.lines]), inputs[0].dtype)
    y[(slice(None), *[slice(0, n, max(1, n // m)) for n, m in zip(y.shape[1:], inputs[0].shape[1:])])] = inputs[0]
    return y


def everywhere(kernel_meter: Any, x: Any, lower: Any, rest: Any, y: Any) -> None:
    """Both neighbours at every place, also where one has no weight."""
    share = rest.reshape(-1, *[1] * (x.ndim - 1))
    y[...] = x[lower] * (1 - share) + x[np.minimum(lower + 1, len(x) - 1)] * share


def ones_for_zeros(source: Any, height: Any, width: Any, target: Any, right: Any = dense.unfold) -> None:
    right(source, height, width, target)
    target[target == 0] = 1


UNPOOLED = layers("1, 8, 8", "{max_pool: 2, name: p}", "max_unpool: p")
SAME = layers("2, 9, 9", "conv: {out: 3, kernel: 4, padding: same}")
GROUPED = layers("8, 9, 9", "conv: {out: 8, kernel: 3, groups: 4}")
UP = layers("2, 8, 8", "conv_transpose: {out: 3, kernel: 3, stride: 2, padding: [[1, 0], [1, 0]]}")
SKIP = layers("4, 8, 8", "{conv: {out: 4, kernel: 1}, name: s}", "tanh", "tanh", "conv: {out: 4, kernel: 1}")
STRIDED = layers("2, 9, 9", "conv: {out: 3, kernel: 3, stride: 2, padding: 1}")

WRONG = [
    Wrong("the odd element of same at the start", SAME, {"CC505"}, after(windows, "sides", lambda pads: pads[::-1])),
    Wrong(
        "padding that begins one early",
        layers("1, 9, 9", PLAIN),
        {"CC504", "CC505"},
        after(windows, "sides", lambda pads: (pads[0] + 1, pads[1] - 1)),
    ),
    Wrong(
        "no padding",
        layers("1, 9, 9", PLAIN),
        {"CC501", "CC503"},
        put(windows, "sides", lambda padding, missing: (0, 0)),
    ),
    Wrong(
        "a stride of one",
        STRIDED,
        {"CC501", "CC503"},
        before(windows, "line", lambda n, k, s, d, p, c: (n, k, 1, d, p, c)),
    ),
    Wrong(
        "a stride that is forgotten between windows",
        STRIDED,
        {"CC504", "CC505"},
        put(windows.Line, "meets", lambda a, tap, right=windows.Line.meets: right(a._replace(stride=1), tap)),
    ),
    Wrong(
        "no dilation",
        layers("1, 9, 9", DILATED),
        {"CC501", "CC503"},
        before(windows, "line", lambda n, k, s, d, p, c: (n, k, s, 1, p, c)),
    ),
    Wrong("padding of ones", layers("2, 9, 9", PLAIN), {"CC504"}, put(dense, "unfold", ones_for_zeros)),
    Wrong(
        "a convolution without its bias",
        layers("2, 9, 9", PLAIN),
        {"CC502"},
        put(conv, "conv", lambda *given, right=conv.conv, **fields: right(*given, **fields | {"bias": False})),
    ),
    Wrong(
        "a batch_norm that does not scale",
        layers("2, 9, 9", "batch_norm"),
        {"CC502"},
        put(norm, "batch_norm", InPlace(lambda m, w, affine, right=norm.batch_norm: right.change(m, w, affine=False))),
    ),
    Wrong("a canvas cropped at the wrong end", UP, {"CC505"}, after(conv_transpose, "sides", lambda pads: pads[::-1])),
    Wrong(
        "a canvas that is not cropped",
        UP,
        {"CC501", "CC504"},
        put(conv_transpose, "sides", lambda padding, missing: (0, 0)),
    ),
    Wrong("relu by comparison", layers("1, 5, 5", "relu"), {"CC505"}, put(activation, "relu", in_place(by_comparison))),
    Wrong("relu by fmax", layers("1, 5, 5", "relu"), {"CC505"}, put(activation, "relu", in_place(without_nan))),
    Wrong("max_pool by fmax", layers("1, 8, 8", "max_pool: 2"), {"CC505"}, put(pool, "np", Numpy(maximum=np.fmax))),
    Wrong(
        "global_avg_pool that leaves NaN out",
        layers("1, 8, 8", "global_avg_pool"),
        {"CC505"},
        put(
            global_pool,
            "global_avg_pool",
            lambda m, inputs, w: np.nan_to_num(inputs[0]).mean(axis=tuple(range(1, inputs[0].ndim)), keepdims=True),
        ),
    ),
    Wrong("max_unpool that hides poison", UNPOOLED, {"CC505"}, put(max_unpool, "max_unpool", hidden)),
    Wrong(
        "bilinear by zero",
        layers("1, 4, 4", "resize: {scale: 3, mode: bilinear}"),
        {"CC505"},
        put(resize, "_between", everywhere),
    ),
    Wrong(
        "nearest that rounds",
        layers("1, 5, 5", "resize: {size: 3}"),
        {"CC505"},
        after(resize.Grid, "below", lambda found: (found[0] + (found[1] >= 0.5), found[1])),
    ),
    Wrong(
        "concat that repeats its first tensor",
        layers("1, 9, 9", f"concat: {{a: [{PLAIN}], b: [{DILATED}]}}"),
        {"CC505"},
        put(merge, "concat", lambda m, inputs, w: np.concatenate([inputs[0]] * len(inputs))),
    ),
    Wrong(
        "add that forgets the last tensor",
        layers("1, 9, 9", f"add: {{a: [{PLAIN}], b: [{DILATED}]}}"),
        {"CC505"},
        put(merge, "add", lambda m, inputs, w, then=None: inputs[0] + 0),
    ),
    Wrong(
        "a meter without input channels",
        layers("4, 9, 9", PLAIN),
        {"CC503"},
        put(
            Meter,
            "matmul",
            lambda m, a, b, out=None: (m._count_macs(a.shape[-2] * b.shape[-1]), np.matmul(a, b, out=out))[1],
        ),
    ),
    Wrong(
        "a meter that counts groups as one",
        GROUPED,
        {"CC503"},
        put(Meter, "_count_macs", lambda m, products: setattr(m, "macs", m.macs + 4 * products)),
    ),
    Wrong("a meter that counts nothing", GROUPED, {"CC503"}, put(Meter, "_count_macs", lambda m, products: None)),
    Wrong("an executor that frees nothing", SKIP, {"CC506"}, put(program._Run, "forget", lambda run, steps: None)),
    Wrong(
        "an executor that copies",
        layers("4, 8, 8", "pointwise: 16", "tanh"),
        {"CC506"},
        put(program._Run, "sole", lambda run, place: False),
    ),
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_kernel_is_caught(wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network.from_text(wrong.spec)
    assert network.verify().agree
    wrong.patch(monkeypatch)
    assert {problem.code for problem in network.verify().problems} == wrong.codes
