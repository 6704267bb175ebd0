"""`expect`, `budgets` and `require`: their forms, and what is none."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from convcost.language.demands import METRICS
from tests.language.networks import notes, read, wrong

if TYPE_CHECKING:
    from convcost.language.demands import Budget, Expect, Published
    from convcost.language.document import Document

RELU = "input: [3, 8, 8]\nlayers: [relu]\n"


def document(demand: str) -> Document:
    network = read(f"{demand}\n{RELU}")
    network.graph()
    return network.document


def expectation(written: str) -> Expect:
    found = document(f"expect: {written}").base.expect
    assert found
    return found


def figure(written: str, metric: str = "macs") -> Published:
    found = expectation(f"{{{metric}: {written}}}").figures[metric]
    assert not isinstance(found, list)
    return found


def budgets(written: str) -> list[Budget]:
    found = document(f"budgets: {written}").base.budgets
    assert found is not None
    return found


def limits(budget: Budget) -> dict[str, tuple[int | Fraction, str]]:
    """Each bound with its value and what it is relative to."""
    return {
        name: (bound.value, bound.relative) for name, bound in budget.bounds.items() if not isinstance(bound, tuple)
    }


# Figures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value", "unit", "exact"),
    [
        ("4231976", 4231976, 1, True),
        ("0", 0, 1, True),
        ("569M", 569_000_000, 1_000_000, False),
        ("4.2M", 4_200_000, 100_000, False),
        ("4.20M", 4_200_000, 10_000, False),
        ("1.5k", 1500, 100, False),
        ("3G", 3 * 10**9, 10**9, False),
        ("1T", 10**12, 10**12, False),
        ("8.70", Fraction(87, 10), Fraction(1, 100), False),
        ("570 M", 570_000_000, 1_000_000, False),
    ],
)
def test_a_figure_is_exact_or_has_a_unit_in_its_last_place(
    written: str, value: int | Fraction, unit: int | Fraction, exact: bool
) -> None:
    found = figure(written)
    assert (found.value, found.unit, found.exact) == (value, unit, exact)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("10B", 10),
        ("2kB", 2000),
        ("2.5MB", 2_500_000),
        ("1GB", 10**9),
        ("1KiB", 1024),
        ("1.5MiB", 3 * 2**19),
        ("1GiB", 2**30),
        ("7", 7),
    ],
)
@pytest.mark.parametrize("metric", ["weights", "weight_bytes", "peak_activations", "peak_activation_bytes"])
def test_figures_in_bytes_have_suffixes_of_bytes(metric: str, written: str, value: int) -> None:
    assert figure(written, metric).value == value


@pytest.mark.parametrize(
    ("metric", "written", "shown"),
    [
        ("macs", "2.5MB", "`2.5MB`"),
        ("macs", "1_000", "`1_000`"),
        ("macs", "007", "`007`"),
        ("macs", "-3", "`-3`"),
        ("macs", "3 * 4", "`3 * 4`"),
        ("macs", "many", "`many`"),
        ("macs", "", "nothing"),
        ("macs", "{a: 3}", "a map"),
        ("macs", "2K", "`2K`"),
        ("macs", "25%", "`25%`"),
    ],
)
def test_what_is_no_figure_is_an_error(metric: str, written: str, shown: str) -> None:
    message = f"{metric} must be a figure such as 4231976 or one with a suffix (k, M, G, T), but is {shown}"
    assert wrong(f"expect: {{{metric}: {written}}}\n{RELU}") == [f"1:16 CC301 {message}"]


def test_counts_and_bytes_have_suffixes_of_their_own() -> None:
    message = (
        "weights must be a figure such as 4231976 or one with a suffix (B, kB, MB, GB, KiB, MiB, GiB), but is `2M`"
    )
    assert wrong(f"expect: {{weights: 2M}}\n{RELU}") == [f"1:19 CC301 {message}"]


def test_a_figure_of_many_digits_is_none() -> None:
    for text in ("9" * 31, "9" * 10_000, "1." + "9" * 30):
        assert wrong(f"expect: {{macs: {text}}}\n{RELU}") == ["1:16 CC301 a figure must have at most 30 digits"]


# expect ------------------------------------------------------------------------------------------------------


def test_an_expectation_has_figures_layers_and_a_source() -> None:
    found = expectation(
        '{params: 4231976, macs: 569M, output: [1000], rf: 315, layers: {ConvBN1: {output: [32, 112, 112]}}, source: "Howard, table 4"}'
    )
    assert list(found.figures) == ["params", "macs", "output", "rf"]
    output = found.figures["output"]
    assert isinstance(output, list)
    assert [size.value for size in output] == [1000]
    sizes = found.layers["ConvBN1"]["output"]
    assert isinstance(sizes, list)
    assert [size.value for size in sizes] == [32, 112, 112]
    assert found.source == "Howard, table 4"


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_every_metric_may_be_expected_and_budgeted(metric: str) -> None:
    assert list(expectation(f"{{{metric}: 3}}").figures) == [metric]
    if metric != "output":  # a shape has no limit
        assert budgets(f"{{{metric}: 3}}")[0].metric == metric


def test_the_metrics_are_those_of_the_language() -> None:
    assert set(METRICS) == {
        *("params", "macs", "useful_macs", "flops", "elementwise", "weights", "activations", "peak_activations"),
        *("rf", "grid", "layers", "output", "weight_bytes", "peak_activation_bytes"),
    }


def test_layers_is_a_count_or_a_map_of_layers() -> None:
    assert list(expectation("{layers: 28}").figures) == ["layers"]
    assert list(expectation("{layers: {a: {macs: 3}}}").layers) == ["a"]


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("[3]", "1:9", "CC301 expect must be a map of figures, but this is a list"),
        ("3", "1:9", "CC301 expect must be a map of figures, but this is `3`"),
        ("{mac: 3}", "1:10", "CC301 there is no figure mac; did you mean macs?"),
        ("{sources: x}", "1:10", "CC301 there is no figure sources; did you mean source?"),
        ("{macs: [3, 4]}", "1:16", "CC301 macs must be one figure, but is a list"),
        (
            "{output: [3, x]}",
            "1:22",
            "CC301 a size must be a figure such as 4231976 or one with a suffix (k, M, G, T), but is `x`",
        ),
        ("{layers: {a: 3}}", "1:22", "CC301 the layer a must be a map of figures, but this is `3`"),
        ("{layers: {a: {mac: 3}}}", "1:23", "CC301 there is no figure mac; did you mean macs?"),
        ("{source: [x]}", "1:18", "CC301 source must be a text, but is a list"),
        ("{source: }", "1:18", "CC301 source must be a text, but is nothing"),
        (
            "{source: Howard et al. 2017, table 4}",
            "1:38",
            "CC301 there is no figure table 4; a source with a comma must be quoted",
        ),
    ],
)
def test_an_expectation_of_another_form_is_an_error(written: str, place: str, message: str) -> None:
    assert wrong(f"expect: {written}\n{RELU}") == [f"{place} {message}"]


# budgets -----------------------------------------------------------------------------------------------------


def test_a_number_is_an_upper_limit() -> None:
    [macs, peak, rf] = budgets("{macs: 600M, peak_activations: 2.5MB, rf: {min: 224}}")
    assert (macs.metric, macs.of, limits(macs)) == ("macs", None, {"max": (600_000_000, "")})
    assert limits(peak) == {"max": (2_500_000, "")}
    assert limits(rf) == {"min": (224, "")}


def test_the_longer_form_is_a_list() -> None:
    entries = '{metric: macs, of: "Stage*", max: 120M, warn: 100M}, {metric: macs, of: each, max: 25%}'
    found = document(f"variants: {{a: {{}}}}\nbudgets: [{entries}, {{metric: macs, max: 0.5x}}]").base.budgets
    assert found
    assert [(b.metric, b.of) for b in found] == [("macs", "Stage*"), ("macs", "each"), ("macs", None)]
    assert limits(found[0]) == {"max": (120_000_000, ""), "warn": (100_000_000, "")}
    assert limits(found[1]) == {"max": (25, "%")}
    assert limits(found[2]) == {"max": (Fraction(1, 2), "x")}


def test_an_increase_may_have_several_parts() -> None:
    [budget] = budgets("[{metric: params, max_increase: 2% and 10k}]")
    parts = budget.bounds["max_increase"]
    assert isinstance(parts, tuple)
    assert [(part.value, part.relative) for part in parts] == [(2, "%"), (10_000, "")]


def test_two_budgets_about_the_same_are_an_error_that_shows_both_places() -> None:
    text = f"budgets:\n  - {{metric: macs, of: each, max: 1M}}\n  - {{metric: macs, of: each, max: 2M}}\n{RELU}"
    assert wrong(text) == ["3:5 CC302 macs of each has two budgets, but must have one"]
    assert notes(text) == ["2:5 the first one is here"]
    assert wrong(text.replace("of: each, ", ""))[0].endswith("CC302 macs has two budgets, but must have one")


def test_a_metric_under_both_its_names_is_the_same_metric() -> None:
    long = f"budgets: [{{metric: weights, max: 1MB}}, {{metric: weight_bytes, max: 2MB}}]\n{RELU}"
    assert wrong(long) == ["1:40 CC302 weight_bytes has two budgets, but must have one"]
    short = f"budgets: {{peak_activations: 1MB, peak_activation_bytes: 2MB}}\n{RELU}"
    assert wrong(short) == ["1:34 CC302 peak_activation_bytes has two budgets, but must have one"]


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("3", "1:10", "CC301 budgets must be a map of figures, but this is `3`"),
        ("{mac: 3}", "1:11", "CC301 there is no figure mac; did you mean macs?"),
        ("{macs: {maximum: 3}}", "1:18", "CC301 a limit has min, max or warn, but not maximum; did you mean max?"),
        ("{macs: {}}", "1:17", "CC301 a limit needs min, max or warn, but has none"),
        ("[3]", "1:11", "CC301 an entry of budgets must be a map with metric and max, but this is `3`"),
        ("[{max: 3}]", "1:11", "CC301 an entry of budgets needs metric: the name of a figure"),
        ("[{metric: mac, max: 3}]", "1:20", "CC301 there is no figure mac; did you mean macs?"),
        ("[{metric: macs}]", "1:11", "CC301 an entry of budgets needs a limit: max, min, warn or max_increase"),
        ("[{metric: macs, mx: 3, max: 3}]", "1:26", "CC301 an entry of budgets has no key mx; did you mean max?"),
        (
            "[{metric: macs, of: [a], max: 3}]",
            "1:30",
            "CC301 of must be a layer's name, a quoted glob or each, but is a list",
        ),
        (
            "[{metric: macs, of: , max: 3}]",
            "1:30",
            "CC301 of must be a layer's name, a quoted glob or each, but is nothing",
        ),
        ("[{metric: macs, max_increase: [3]}]", "1:40", "CC301 max_increase must be like `2% and 10k`, but is a list"),
    ],
)
def test_a_budget_of_another_form_is_an_error(written: str, place: str, message: str) -> None:
    assert wrong(f"budgets: {written}\n{RELU}") == [f"{place} {message}"]


def test_a_share_of_many_digits_is_no_limit() -> None:
    assert wrong(f"budgets: {{macs: {'9' * 10_000}%}}\n{RELU}") == ["1:17 CC301 numbers must stay within 10^15"]


# require -----------------------------------------------------------------------------------------------------


def test_a_requirement_is_same_or_a_bound() -> None:
    found = document("require: {output: same, rf: {min: 3}}").require
    assert [(wanted.metric, wanted.node.line) for wanted in found] == [("output", 0), ("rf", 0)]
    assert found[0].bounds is None
    assert found[1].bounds
    bound = found[1].bounds["min"]
    assert not isinstance(bound, tuple)
    assert bound.value == 3


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("same", "1:10", "CC301 require must be a map of figures, but this is `same`"),
        ("{outputs: same}", "1:11", "CC301 there is no figure outputs; did you mean output?"),
        ("{output: equal}", "1:19", "CC301 output must be `same` or bounds {min: ...}, but is `equal`"),
        ("{rf: 3}", "1:15", "CC301 rf must be `same` or bounds {min: ...}, but is `3`"),
        ("{rf: {minimum: 3}}", "1:16", "CC301 a limit has min, max or warn, but not minimum; did you mean min?"),
    ],
)
def test_a_requirement_of_another_form_is_an_error(written: str, place: str, message: str) -> None:
    assert wrong(f"require: {written}\n{RELU}") == [f"{place} {message}"]
