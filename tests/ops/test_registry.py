"""The folder is the registry: what every operation must have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from convcost import ops
from convcost.ops.core.operation import Alias, Composite, Op
from convcost.words import file_of
from tests.ops.samples import WORDS, complaints, example, made, sections

WORDS_OF_THE_LANGUAGE = """
    conv depthwise pointwise separable conv_transpose max_pool avg_pool global_avg_pool global_max_pool
    adaptive_avg_pool max_unpool unpool resize pixel_shuffle space_to_depth linear batch_norm instance_norm layer_norm
    group_norm lrn relu relu6 leaky_relu elu selu silu gelu mish sigmoid hardsigmoid hardswish tanh softmax dropout
    identity prelu scale add mul concat pad crop slice channel_shuffle flatten
"""
TABLE = WORDS_OF_THE_LANGUAGE.split()

FOUNDATIONS = {"core", "axis", "fields", "operation", "windows"}
BUILDS_ON = {
    "conv": {"convolution"},
    "conv_transpose": {"convolution"},
    "depthwise": {"convolution", "conv"},
    "pointwise": {"convolution", "conv"},
    "separable": {"convolution", "conv", "depthwise", "pointwise"},
    "max_unpool": {"pool"},
    "leaky_relu": {"activation"},
    "group_norm": {"norm"},
}


def kind(word: str) -> type[Op]:
    found = ops.find(word)
    assert found is not None
    return found


def test_the_operations_are_those_of_the_language():
    assert sorted(TABLE) == list(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_finds_its_operation(word):
    assert kind(word).word == word
    assert ops.find(word) is ops.find(word)


@pytest.mark.parametrize(
    "word", ["", "convolution", "base", "axis", "activation", "norm", "Conv", "../conv", "__init__"]
)
def test_other_words_find_nothing(word):
    assert ops.find(word) is None


@pytest.mark.parametrize("word", WORDS)
def test_an_operation_is_documented(word):
    text = " ".join(sections(kind(word))[""])
    assert text.endswith(".")
    assert sections(kind(word)).keys() >= {"", "Example"}
    for name, decl in kind(word).fields.items():
        assert decl.doc, name
        assert not decl.doc.endswith("."), name


@pytest.mark.parametrize("word", WORDS)
def test_an_operation_that_costs_something_shows_its_formulas(word):
    own = kind(word)
    shown = {line.partition(" = ")[0] for line in sections(own).get("Formulas", ())}
    if issubclass(own, (Alias, Composite)):
        assert shown >= {"params", "macs", "elementwise"}
        return
    for name, formula in (("params", "weights"), ("macs", "macs"), ("elementwise", "elementwise")):
        overridden = any(formula in vars(base) for base in own.__mro__ if base is not Op)
        assert (name in shown) == overridden, name


@pytest.mark.parametrize("word", WORDS)
def test_the_example_runs(word):
    op, inputs = example(word)
    assert op.word == word
    assert complaints(op, *inputs) == []
    assert min(op.shape(*inputs)) >= 1
    assert op.label().split()[0] == word


@pytest.mark.parametrize("word", WORDS)
def test_the_main_argument_is_a_field_and_the_only_required_one(word):
    own = kind(word)
    required = [name for name, decl in own.fields.items() if decl.required]
    assert own.main is None or own.main in own.fields
    assert required in ([], [own.main]) or own.main is None


def test_only_these_take_no_lone_value():
    without = {word for word in WORDS if kind(word).fields and kind(word).main is None}
    assert without == {"conv", "separable", "conv_transpose"}


def marked(name: str) -> set[str]:
    return {word for word in WORDS if getattr(kind(word), name)}


def test_operations_that_work_in_place():
    activations = set(TABLE[TABLE.index("relu") : TABLE.index("softmax") + 1])
    assert len(activations) == 13
    assert marked("in_place") == activations | {"batch_norm", "scale", "prelu", "dropout"}


def test_operations_that_share_memory():
    assert marked("shares") == {"flatten", "identity"}


def test_operations_that_merge():
    assert marked("merges") == {"add", "mul", "concat"}


def test_operations_whose_padding_is_at_most_half_of_the_window():
    """PyTorch: "pad should be at most half of effective kernel size", of its pools alone."""
    assert marked("half_padded") == {"max_pool", "avg_pool"}
    padded = [word for word in WORDS if {"kernel", "padding"} <= ops.find(word).fields.keys()]
    for word in padded:
        out = {"out": 4} if "out" in ops.find(word).fields else {}
        assert any(complaints(made(word, kernel=3, padding=2, **out), (4, 9))) == (word in marked("half_padded"))


def test_operations_that_see_the_whole_input():
    assert marked("whole_input") == {
        "global_avg_pool", "global_max_pool", "linear", "flatten", "instance_norm", "group_norm",
    }  # fmt: skip


def test_operations_that_accept_a_vector():
    spatial = """conv depthwise pointwise separable conv_transpose max_pool avg_pool global_avg_pool global_max_pool
        adaptive_avg_pool max_unpool unpool resize pixel_shuffle space_to_depth instance_norm lrn pad crop"""
    assert set(WORDS) - marked("flat") == set(spatial.split())


@pytest.mark.parametrize("word", WORDS)
def test_finding_a_word_imports_only_what_it_is_made_of(word):
    code = (
        f"import sys; from convcost import ops; ops.find({word!r}); "
        "print(*sorted(m.rpartition('.')[2] for m in sys.modules if m.startswith('convcost.ops.')))"
    )
    allowed = FOUNDATIONS | BUILDS_ON.get(word, set()) | {file_of(word)}
    assert set(loaded(code).split()) <= allowed


def test_the_check_of_imports_can_fail():
    assert "pool" in loaded("import sys; import convcost.ops.max_unpool; print(*sys.modules)").replace(".", " ").split()


@pytest.mark.parametrize("module", ["dataclasses", "fractions", "numpy", "pathlib", "difflib"])
def test_usual_operations_import_nothing_heavy(module):
    usual = "conv depthwise batch_norm relu6 relu add max_pool global_avg_pool linear concat separable pad flatten"
    found = f"import sys; from convcost import ops; [ops.find(word) for word in {usual!r}.split()]"
    code = f"{found}; print({module!r} in sys.modules)"
    assert loaded(code) == "False\n"


def loaded(code: str) -> str:
    root = Path(__file__).parents[2]
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root).stdout
