"""What all operations are: frozen records of declared fields."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convcost.ops.core.fields import Decl, PerAxis, abreast, by, choice, count, flag, padding, per_axis, reference
from convcost.ops.core.operation import Alias, Op
from tests.ops.samples import WORDS, example, made, random_cases


def test_fields_have_their_defaults():
    op = made("conv", out=8, kernel=3)
    assert (op.stride, op.padding, op.dilation, op.groups, op.bias) == (1, 0, 1, 1, True)


def test_missing_and_unknown_fields_are_refused():
    with pytest.raises(TypeError, match="conv: unknown or missing field out"):
        made("conv", kernel=3)
    with pytest.raises(TypeError, match=r"conv: unknown or missing field kernal$"):
        made("conv", out=8, kernel=3, kernal=3)
    with pytest.raises(TypeError, match="conv: unknown or missing field kernal, kernel"):
        made("conv", out=8, kernal=3)


def test_operations_cannot_be_changed():
    op = made("conv", out=8, kernel=3)
    with pytest.raises(AttributeError, match="conv: fields cannot be changed"):
        op.out = 9


def test_operations_are_values():
    assert made("conv", out=8, kernel=3) == made("conv", kernel=3, out=8, stride=1)
    assert made("conv", out=8, kernel=3) != made("conv", out=8, kernel=5)
    assert made("relu") != made("relu6")
    assert len({made("relu"), made("relu"), made("relu6")}) == 2


@pytest.mark.parametrize("word", WORDS)
def test_equal_fields_make_equal_operations(word):
    for op, _ in random_cases(word, 5):
        same = type(op)(**{name: getattr(op, name) for name in op.fields})
        if word != "max_unpool":
            assert (same, hash(same), repr(same)) == (op, hash(op), repr(op))


def test_an_operation_shows_what_was_given():
    assert repr(made("conv", out=8, kernel=[1, 3], bias=True)) == "Conv(out=8, kernel=(1, 3))"
    assert repr(made("relu")) == "Relu()"


def test_a_declaration_knows_what_may_be_written():
    fields = made("conv", out=1, kernel=1).fields
    assert list(fields) == ["out", "kernel", "stride", "padding", "dilation", "groups", "bias"]
    assert [name for name, decl in fields.items() if decl.required] == ["out", "kernel"]
    assert fields["padding"].choices == ("valid", "same", "same_lower")
    assert made("pad", 1).fields["padding"].choices == made("crop", margins=1).fields["margins"].choices == ()
    assert {name: decl.minimum for name, decl in fields.items() if type(decl) is PerAxis} == {
        "kernel": 1, "stride": 1, "dilation": 1,
    }  # fmt: skip


def test_an_operation_needs_little_more_than_its_fields():
    class Doubled(Op):
        times: int = count("how often")
        loud: bool = flag("whether", default=False)
        mode: str = choice("how", "a", "b", default="a")
        around: int = padding("what is around", default=0)
        like: str | None = reference("another layer", default=None)

    op = Doubled(times=2)
    assert Doubled.word == "doubled"
    assert all(isinstance(decl, Decl) for decl in Doubled.fields.values())
    assert (op.shape((3, 4)), op.params((3, 4)), op.macs((3, 4)), op.elementwise((3, 4))) == ((3, 4), 0, 0, 0)
    assert op.quantities((3, 4)) == {
        "C": 3, "n": 4, "axes": 1, "elements": 12, "times": 2, "loud": 0, "around": 0, "out": 3,
    }  # fmt: skip
    assert (list(op.form()), list(op.check((3, 4))), op.parts(), op.label()) == ([], [], (), "doubled")


def test_an_alias_must_say_what_it_stands_for():
    class Twin(Alias):
        pass

    with pytest.raises(NotImplementedError):
        Twin().shape((3, 4))


def test_quantities_are_of_the_first_axis():
    numbers = made("conv", out=8, kernel=[1, 3], stride=[2, 1], padding=[[0, 1], [1, 1]]).quantities((4, 9, 8))
    wanted = {"n": 9, "axes": 2, "kernel": 1, "stride": 2, "k'": 1, "pads": 1, "taps": 3, "positions": 40, "out": 8}
    assert {name: numbers[name] for name in wanted} == wanted
    assert made("resize", [1.5, 2]).quantities((4, 9, 8))["scale"] == Fraction(3, 2)


def test_quantities_of_a_composite_are_those_of_its_parts():
    op, inputs = example("separable")
    numbers = op.quantities(*inputs)
    assert {name: numbers[name] for name in ("C", "taps", "positions", "multiplier", "out", "bias")} == {
        "C": 64, "taps": 9, "positions": 3136, "multiplier": 1, "out": 128, "bias": 1,
    }  # fmt: skip


def test_values_per_axis():
    assert per_axis(3, 2) == (3, 3)
    assert per_axis((1, 2), 2) == (1, 2)
    assert abreast(3, 1) == [(3, 1)]
    assert abreast(3, (1, 2), "same") == [(3, 1, "same"), (3, 2, "same")]
    assert abreast((3, 4), (1, 2, 5)) == [(3, 1), (4, 2)]
    assert by((3, Fraction(1, 2))) == "3x0.5"
