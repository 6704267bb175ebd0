"""Every metric, every form of a demand: one network that meets it, one that does not, and the sentence."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convcost.api.network import Network
from convcost.check.judge import Judge
from convcost.check.measured import measured_analysis
from convcost.errors import SpecError, describe

# conv1: 3 * 8 * 9 + 8 = 224 params, 13,824 MACs (8 x 8 x 216), 512 outputs; Head.conv1: 8 * 4 + 4 = 36, 2,048, 256.
SPEC = """
input: [3, 8, 8]
blocks:
  Head: {layers: [pointwise: 4]}
layers:
  - conv: {out: 8, kernel: 3, padding: 1}
  - {Head: , name: Head}
"""
# with twice the channels in the first layer: 448 + 68 = 516 params, 27,648 + 4,096 MACs
WIDE = SPEC.replace("out: 8", "out: 16")


def judged(demand: str, spec: str = SPEC, before: str | None = None, variant: str | None = None) -> Judge:
    network = Network.from_text(spec + demand, "s.yaml")
    document = network.document
    now = measured_analysis(network.analyze(variant))
    base = now if variant == network.baseline else measured_analysis(network.analyze())
    old = measured_analysis(Network.from_text(before).analyze()) if before else None
    judge = Judge(document.source, now, variant, base if network.variants else None, old)
    overlay = document.effective(variant)
    if overlay.expect:
        judge.expect(overlay.expect)
    judge.budgets(overlay.budgets or ())
    judge.require(document.require)
    return judge


def refused(demand: str, spec: str = SPEC) -> list[str]:
    """What every command says of a demand that no network could meet or miss."""
    with pytest.raises(SpecError) as caught:
        Network.from_text(spec + demand, "s.yaml").analyze()
    return [f"{problem.severity} {problem.code} {problem.message}" for problem in caught.value.problems]


def said(judge: Judge) -> list[str]:
    return [f"{problem.severity} {problem.code} {problem.message}" for problem in judge.problems]


def statuses(judge: Judge) -> list[tuple[str, str]]:
    return [(verdict.limit, verdict.status) for verdict in judge.verdicts]


# Metrics. ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "value", "unit"),
    [
        ("params", 260, ""),
        ("macs", 15_872, ""),
        ("useful_macs", 13_664, ""),  # 3 x 8 channels x 22 x 22 pairs on real data, and 2,048
        ("flops", 31_744, ""),
        ("elementwise", 768, ""),  # a bias per output
        ("weights", 1_040, " B"),
        ("weight_bytes", 1_040, " B"),
        ("activations", 768, ""),
        ("peak_activations", 3_072, " B"),  # 8 x 64 and 4 x 64 elements of 4 bytes
        ("peak_activation_bytes", 3_072, " B"),
        ("layers", 2, ""),
    ],
)
def test_a_metric_within_its_limit_passes_and_one_beyond_fails(metric: str, value: int, unit: str) -> None:
    assert said(judged(f"budgets: {{{metric}: {value}}}")) == []
    failed = judged(f"budgets: {{{metric}: {value - 1}}}")
    excess = f"1{unit}{' (<0.1 %)' if value > 2001 else f' ({(2000 + value - 1) // (2 * (value - 1)) / 10} %)'}"
    assert said(failed) == [
        f"error CC303 {metric} must be at most {value - 1}, but is {value:,}{unit}: {excess} more",
    ]
    assert statuses(failed) == [(f"max {value - 1}", "error")]


def test_the_bytes_of_layers_are_those_of_their_element_types() -> None:
    # conv1: 216 weights and 8 biases, Head: 32 and 4; a byte a weight, four a bias
    for dtype, first, second in (("int8", 216 + 32, 32 + 16), ("{weights: int4, bias: int4}", 108 + 4, 16 + 2)):
        small = f"dtype: {dtype}\n{SPEC}"
        for of, value in (("conv1", first), ("Head", second), ('"*"', first + second)):
            budget = "budgets: [{metric: weights, of: %s, max: %d}]"
            assert said(judged(budget % (of, value), small)) == []
            assert len(said(judged(budget % (of, value - 1), small))) == 1
        each = "budgets: [{metric: weights, of: each, max: %d}]"
        assert said(judged(each % first, small)) == []
        assert len(said(judged(each % (first - 1), small))) == 1
    # 48 of 296 bytes are 16.2 %; were every number a byte, 36 of 260 would be 13.8 %
    share = "budgets: [{metric: weights, of: Head, max: %d%%}]"
    assert said(judged(share % 17, f"dtype: int8\n{SPEC}")) == []
    assert len(said(judged(share % 16, f"dtype: int8\n{SPEC}"))) == 1


def test_the_field_is_judged_on_every_axis() -> None:
    tall = SPEC.replace("kernel: 3, padding: 1", "kernel: [3, 1]")
    assert said(judged("budgets: {rf: {min: 1, max: 3}}", tall)) == []
    assert said(judged("budgets: {rf: {min: 2}}", tall)) == [
        "error CC303 rf must be at least 2, but is 3x1: 1 (50.0 %) less"
    ]
    assert said(judged("budgets: {rf: 2}", tall)) == ["error CC303 rf must be at most 2, but is 3x1: 1 (50.0 %) more"]


def test_the_whole_input_meets_a_least_field_and_no_largest_one() -> None:
    gated = """
input: [3, 8, 8]
blocks:
  Gate: {layers: [{mul: {main: [], gate: [global_avg_pool, pointwise: 3]}}]}
layers: [Gate, {conv: {out: 8, kernel: 3}}]
"""
    assert said(judged("budgets: {rf: {min: 1000}}", gated)) == []
    assert said(judged("budgets: {rf: 1000}", gated)) == ["error CC303 rf must be at most 1000, but is the whole input"]


COARSE = """
input: [3, 24, 24]
layers: [{conv: {out: 8, kernel: 3, stride: 2, padding: 1}}, {adaptive_avg_pool: [6, 9]}, {resize: {size: 24}}]
"""  # strides of 2, then 12 / 6 and 12 / 9: scales of 4 and 8/3


def test_the_grid_is_judged_on_every_axis_by_its_scale() -> None:
    assert said(judged("budgets: {grid: 4}", COARSE)) == []
    assert said(judged("budgets: {grid: {min: 2.5, max: 4}}", COARSE)) == []
    assert said(judged("budgets: {grid: 3}", COARSE)) == [
        "error CC303 grid must be at most 3, but is 4x8/3: 1 (33.3 %) more"
    ]
    assert said(judged("budgets: {grid: {min: 3.5}}", COARSE)) == [
        "error CC303 grid must be at least 3.5, but is 4x8/3: 5/6 (23.8 %) less"
    ]
    assert said(judged("budgets: [{metric: grid, of: conv1, max: 1}]", COARSE)) == [
        "error CC303 grid of conv1 must be at most 1, but is 2x2: 1 (100.0 %) more"
    ]
    assert [verdict.value for verdict in judged("budgets: {grid: 4}", COARSE).verdicts] == [(4, Fraction(8, 3))]


def test_a_grid_may_be_expected() -> None:
    assert said(judged("expect: {grid: [4, 2.67], layers: {conv1: {grid: 2}}}", COARSE)) == []
    assert said(judged("expect: {grid: 4}", COARSE)) == [
        "error CC304 grid must be 4, as published, but is 4x8/3",
    ]


def test_variants_may_have_to_share_a_grid() -> None:
    variants = "variants: {a: {}, b: {layers: [max_pool: 2, unpool: 2]}, c: {layers: [instance_norm]}}\n"
    demand = f"{variants}require: {{grid: same}}"
    assert said(judged(demand, SPEC, variant="b")) == ["error CC305 grid in b must be that of a, 1x1, but is 2x2"]
    assert said(judged(demand, SPEC, variant="c")) == ["error CC305 grid in c must be that of a, 1x1, but is none"]
    assert said(judged(f"{variants}require: {{grid: {{max: 2}}}}", SPEC, variant="b")) == []


@pytest.mark.parametrize(
    ("demand", "reason"),
    [
        ("{grid: 50%}", "a limit on grid must be a number of positions, but is 50%"),
        ("{rf: 50%}", "a limit on rf must be a number of positions, but is 50%"),
        (
            "[{metric: grid, max_increase: 1}]",
            "max_increase is a number or a percentage of one sum, but there is none of this figure",
        ),
    ],
)
def test_what_differs_by_axis_has_no_total_and_no_sum(demand: str, reason: str) -> None:
    assert refused(f"budgets: {demand}", COARSE) == [f"error CC306 {reason}"]


def test_a_network_without_a_spatial_layer_has_no_field() -> None:
    assert said(judged("budgets: {rf: {min: 3}, grid: 8}", "input: [8]\nlayers: [linear: 4]\n")) == [
        "error CC306 rf cannot be judged: the output depends on the whole input",
        "error CC306 grid cannot be judged: there is no such figure",
    ]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (
            "input: {a: [3, 8, 8], b: [3, 8, 8]}\nlayers: [{conv: {out: 4, kernel: 3}, from: b}]\n",
            "the output depends on none of the input a",
        ),
        ("input: [8]\nlayers: [relu]\n", "the output has no axes"),
        ("input: [1, 8]\nlayers: [relu]\noutputs: [input]\n", "the output is an input itself"),
        (
            "input: [1, 8]\nlayers: [{resize: 8192, name: up}, relu]\noutputs: [relu1, input]\n".replace("8]", "8191]"),
            (
                "relu1, the first of 2 outputs, has a field that is not computed: "
                "it is a pattern that repeats after more than 4,096 positions, or 10^100 of the input"
            ),
        ),
    ],
)
def test_a_field_that_cannot_be_judged_says_why(spec: str, reason: str) -> None:
    spec = spec.replace("resize: 8192", "resize: {size: 8192}")
    assert said(judged("budgets: {rf: {min: 3}}", spec)) == [f"error CC306 rf cannot be judged: {reason}"]


def test_of_several_outputs_the_first_one_is_judged_and_named() -> None:
    spec = "input: [1, 9]\nlayers: [{conv: {out: 1, kernel: 3}, name: a}, {conv: {out: 1, kernel: 3}, name: b}]\n"
    assert said(judged("budgets: {rf: {min: 4}}", f"{spec}outputs: [a, b]\n")) == [
        "error CC303 rf of the first output must be at least 4, but is 3: 1 (25.0 %) less"
    ]


def test_an_output_has_no_limit() -> None:
    reason = "error CC306 output is a shape and has no limit; `expect` and `require` judge it"
    assert refused("budgets: {output: 4}") == refused("require: {output: {max: 4}}") == [reason]


# Forms of budgets. ------------------------------------------------------------------------------------------


def test_a_figure_too_large_names_the_layers_that_weigh_most() -> None:
    assert describe(judged("budgets: {macs: 15k}").problems) == (
        "s.yaml:8:17: error[CC303]: macs must be at most 15k, but is 15,872: 872 (5.8 %) more\n"
        "    8 | budgets: {macs: 15k}\n"
        "      |                 ^\n"
        "note: what weighs most: conv1 13,824 (87.1 %), Head.pointwise1 2,048 (12.9 %)"
    )


def test_memory_too_large_names_the_largest_outputs() -> None:
    note = judged("budgets: {peak_activations: 3kB}").problems[0].notes[0]
    assert note.message == "the largest outputs: conv1 512 elements, Head.pointwise1 256 elements"


def test_three_layers_are_named() -> None:
    spec = "input: [3, 8, 8]\nlayers: [pointwise: 1, pointwise: 2, pointwise: 3, pointwise: 4]\n"
    note = judged("budgets: {macs: 1}", spec).problems[0].notes[0]
    assert note.message == "what weighs most: pointwise4 768 (52.2 %), pointwise3 384 (26.1 %), pointwise1 192 (13.0 %)"


def test_a_warning_comes_before_the_failure() -> None:
    limits = "budgets: {macs: {max: %s, warn: %s}}"
    assert said(judged(limits % ("20k", "16k"))) == []
    assert said(judged(limits % ("20k", "15k"))) == [
        "warning CC303 macs should be at most 15k, but is 15,872: 872 (5.8 %) more"
    ]
    failed = judged(limits % ("15k", "10k"))
    assert said(failed) == ["error CC303 macs must be at most 15k, but is 15,872: 872 (5.8 %) more"]
    assert statuses(failed) == [("max 15k", "error")]


def test_a_warning_beside_a_least_figure_alone_is_a_least_one() -> None:
    assert said(judged("budgets: {rf: {min: 2, warn: 5}}")) == [
        "warning CC303 rf should be at least 5, but is 3x3: 2 (40.0 %) less"
    ]


def test_the_sum_over_a_scope_or_a_glob() -> None:
    entry = "budgets: [{metric: macs, of: %s, max: %s}]"
    for of in ("Head", "'Head*'", "'*.pointwise?'", "Head.pointwise1"):
        assert said(judged(entry % (of, 2048))) == []
        assert said(judged(entry % (of, 2047))) == [
            f"error CC303 macs of {of.strip(chr(39))} must be at most 2047, but is 2,048: 1 (<0.1 %) more"
        ]
    assert said(judged(entry % ("'*'", 15_871))) == [
        "error CC303 macs of * must be at most 15871, but is 15,872: 1 (<0.1 %) more"
    ]


@pytest.mark.parametrize(("metric", "limit"), [("rf", 2), ("layers", 0), ("weights", 143), ("activations", 255)])
def test_other_figures_of_a_part(metric: str, limit: int) -> None:
    assert said(judged(f"budgets: [{{metric: {metric}, of: Head, max: {limit + 1}}}]")) == []
    assert judged(f"budgets: [{{metric: {metric}, of: Head, max: {limit}}}]").problems[0].code == "CC303"


def test_each_layer_alone() -> None:
    assert said(judged("budgets: [{metric: macs, of: each, max: 14k}]")) == []
    failed = judged("budgets: [{metric: macs, of: each, max: 2k, warn: 1k}]")
    assert said(failed) == [
        "error CC303 macs of each layer must be at most 2k, but conv1 (13,824), Head.pointwise1 (2,048) have more"
    ]
    assert [(verdict.value, verdict.status) for verdict in failed.verdicts] == [(13_824, "error")]


def test_layers_beyond_the_third_are_counted() -> None:
    spec = "input: [3, 8, 8]\nlayers: [{relu: , repeat: 5}]\n"
    found = said(judged("budgets: [{metric: activations, of: each, max: 100}]", spec))[0]
    assert found.endswith(" must be at most 100, but relu1 (192), relu2 (192), relu3 (192) and 2 more have more")


def test_each_leaves_out_layers_without_such_a_figure() -> None:
    spec = "input: {a: [3, 8, 8], b: [3, 8, 8]}\nlayers:\n  - {conv: {out: 3, kernel: 3}, name: first}\n"
    spec += "  - {conv: {out: 3, kernel: 3}, from: b, name: second}\noutputs: [first, second]\n"
    judge = judged("budgets: [{metric: rf, of: each, min: 3}]", spec)
    assert (said(judge), [verdict.value for verdict in judge.verdicts]) == ([], [(3, 3)])  # of the first input alone


def test_each_leaves_out_what_an_earlier_entry_matches() -> None:
    first = "{metric: macs, of: conv1, max: 14k}"
    each = "{metric: macs, of: each, max: 3k}"
    assert said(judged(f"budgets: [{first}, {each}]")) == []
    assert len(said(judged(f"budgets: [{each}, {first}]"))) == 1
    assert len(said(judged(f"budgets: [{first.replace('macs', 'flops')}, {each}]"))) == 2


def test_a_share_of_the_total() -> None:
    assert said(judged("budgets: [{metric: macs, of: conv1, max: 87.1%}]")) == []
    assert said(judged("budgets: [{metric: macs, of: conv1, max: 87%}]")) == [
        "error CC303 macs of conv1 must be at most 87% of the total (13,808), but is 13,824: 16 (0.1 %) more"
    ]
    assert said(judged("budgets: [{metric: params, of: each, max: 50%}]")) == [
        "error CC303 params of each layer must be at most 50% of the total (130), but conv1 (224) has more"
    ]


VARIANTS = "variants: {small: {}, wide: {layers: [{conv: {out: 16, kernel: 3, padding: 1}}, {Head: , name: Head}]}}\n"


def test_a_multiple_of_the_baseline_holds_for_the_other_variants() -> None:
    assert said(judged(VARIANTS + "budgets: [{metric: macs, max: 0.5x}]", variant="small")) == []
    assert said(judged(VARIANTS + "budgets: [{metric: macs, max: 2x}]", variant="wide")) == []
    assert said(judged(VARIANTS + "budgets: [{metric: macs, max: 1.5x}]", variant="wide")) == [
        "error CC303 macs in wide must be at most 1.5x of small's (23,808), but is 31,744: 7,936 (33.3 %) more"
    ]


# Growth. ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["260", "100%", "98.4% and 10k", "1% and 256"])
def test_growth_within_one_of_its_parts_passes(limit: str) -> None:
    judge = judged(f"budgets: [{{metric: params, max_increase: {limit}}}]", WIDE, before=SPEC)
    assert (said(judge), statuses(judge)) == ([], [(f"max_increase {limit}", "ok")])


def test_growth_beyond_all_of_its_parts_fails() -> None:
    judge = judged("budgets: [{metric: params, max_increase: 98% and 255}]", WIDE, before=SPEC)
    assert said(judge) == [
        "error CC307 params must not grow by more than 98% and 255, but grew from 260 to 516: by 256 (98.5 %)"
    ]
    assert [note.message for note in judge.problems[0].notes] == ["what grew most: conv1 +224, Head.pointwise1 +32"]


def test_growth_of_a_part() -> None:
    judge = judged("budgets: [{metric: macs, of: Head, max_increase: 0}]", WIDE, before=SPEC)
    assert said(judge) == [
        "error CC307 macs of Head must not grow by more than 0, but grew from 2,048 to 4,096: by 2,048 (100.0 %)"
    ]


def test_a_figure_may_shrink() -> None:
    assert said(judged("budgets: [{metric: params, max_increase: 0}]", SPEC, before=WIDE)) == []


def test_growth_from_nothing_is_more_than_any_share() -> None:
    before = "input: [3, 8, 8]\nlayers: [relu]\n"
    assert said(judged("budgets: [{metric: params, max_increase: 50%}]", before=before)) == [
        "error CC307 params must not grow by more than 50%, but grew from 0 to 260: by 260"
    ]


def test_without_a_baseline_growth_is_not_judged() -> None:
    judge = judged("budgets: [{metric: params, max_increase: 0}]")
    assert (said(judge), judge.verdicts, judge.without_before) == ([], [], 1)


# What cannot be judged. -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("of: Heda, max: 1", "Heda must name a layer or match some, but there is none; did you mean Head?"),
        ("of: 'Stage*', max: 1", "Stage* must name a layer or match some, but there is none"),
    ],
)
def test_a_budget_that_cannot_be_judged_is_an_error(entry: str, message: str) -> None:
    assert said(judged(f"budgets: [{{metric: macs, {entry}}}]")) == [f"error CC306 {message}"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("max: 25%", "25% is a share of the network's total, so it needs `of`: a layer, a glob or each"),
        ("max: 0.5x", "0.5x is of the baseline, but the spec has no variants"),
        ("of: each, max: 0.5x", "0.5x is of the baseline's sum, but each layer is judged alone"),
        ("min: 2k, max: 1k", "min 2k must be at most max 1k, but is above it"),
        ("max: 1k, warn: 1k", "warn 1k must be below max 1k, but is not: it would never be told"),
        ("min: 2k, warn: 2k", "warn 2k must be above min 2k, but is not: it would never be told"),
        ("of: each, min: 60%, max: 50%", "min 60% must be at most max 50%, but is above it"),
        ("of: conv1, warn: 60%, max: 50%", "warn 60% must be below max 50%, but is not: it would never be told"),
        ("max_increase: 2x", "max_increase is a number or a percentage of one sum, but there is none of 2x"),
        (
            "of: each, max_increase: 1",
            "max_increase is a number or a percentage of one sum, but there is none of each layer",
        ),
    ],
)
def test_a_budget_that_means_nothing_is_refused(entry: str, message: str) -> None:
    assert refused(f"budgets: [{{metric: macs, {entry}}}]") == [f"error CC306 {message}"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "peak_activations, of: Head, max: 1",
            "peak_activations is a figure of the whole network, so its budget must have no `of`",
        ),
        ("rf, of: Head, max: 50%", "a limit on rf must be a number of positions, but is 50%"),
        (
            "rf, max_increase: 1",
            "max_increase is a number or a percentage of one sum, but there is none of this figure",
        ),
    ],
)
def test_a_budget_on_the_wrong_figure_is_refused(entry: str, message: str) -> None:
    assert refused(f"budgets: [{{metric: {entry}}}]") == [f"error CC306 {message}"]


def test_a_share_of_the_baseline_needs_one() -> None:
    reason = "error CC306 0.5x is of the baseline, but the spec has no variants"
    assert refused("budgets: {macs: {max: 0.5x, warn: 0.4x}}") == [reason, reason.replace("0.5x", "0.4x")]
    assert refused("require: {macs: {max: 0.5x}}") == [reason]
    assert said(judged(VARIANTS + "budgets: {macs: 0.5x}", variant="small")) != [reason]


def test_a_budget_that_cannot_be_judged_does_not_hide_the_next() -> None:
    assert len(said(judged("budgets: [{metric: macs, of: Heda, max: 1}, {metric: params, max: 1}]"))) == 2


# expect. ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ("params: 260, macs: 15.9k, flops: 31k, output: [4, 8, 8], rf: 3, layers: {conv1: {params: 224}}", None),
        ("rf: [3, 3], weights: 1.04kB", None),
        ("params: 261", "params must be 261, as published, but is 260"),
        ("macs: 15k", None),
        ("macs: 17k", "macs must be 17k, as published, but is 15,872"),
        ("output: [4, 8]", "output must be [4, 8], as published, but is 4x8x8"),
        ("rf: [3, 1]", "rf must be [3, 1], as published, but is 3x3"),
        ("layers: {Head: {macs: 2k}}", None),
        ("layers: {Head: {macs: 3k}}", "macs of Head must be 3k, as published, but is 2,048"),
        ("layers: {Head: {output: [4, 9, 8]}}", "output of Head must be [4, 9, 8], as published, but is 4x8x8"),
    ],
)
def test_a_published_figure_holds_as_it_is_printed(figures: str, message: str | None) -> None:
    expected = [f"error CC304 {message}"] if message else []
    assert said(judged(f"expect: {{{figures}}}")) == expected


def test_the_source_of_a_figure_is_told() -> None:
    judge = judged("expect: {params: 1, source: 'Somebody 2015, table 1'}")
    assert [note.message for note in judge.problems[0].notes] == ["the figure is from Somebody 2015, table 1"]


def test_an_expected_layer_must_be_there() -> None:
    assert said(judged("expect: {layers: {conv2: {params: 1}}}")) == [
        "error CC306 conv2 must name a layer or match some, but there is none; did you mean conv1?"
    ]


@pytest.mark.parametrize(
    ("printed", "value", "kept"),
    [
        ("569M", 568_740_352, True),  # rounded
        ("290M", 290_675_200, True),  # truncated
        ("291M", 290_675_200, True),
        ("289M", 290_675_200, False),
        ("292M", 290_675_200, False),
        ("568740352", 568_740_352, True),
        ("568740352", 568_740_353, False),
        ("128.05M", 128_049_152, True),
        ("128.06M", 128_049_152, False),
    ],
)
def test_a_printed_figure_is_rounded_or_truncated(printed: str, value: int, kept: bool) -> None:
    spec = f"input: [{value}, 1, 1]\nlayers: [relu]\nexpect: {{activations: {printed}}}"
    assert (said(judged("", spec)) == []) == kept


# require. ---------------------------------------------------------------------------------------------------

STRIDED = "variants: {small: {}, strided: {layers: [{conv: {out: 8, kernel: 3, stride: 2, padding: 1}}, {Head: , name: Head}]}}\n"


def test_variants_share_what_is_required() -> None:
    assert said(judged(VARIANTS + "require: {output: same, rf: same}", variant="wide")) == []
    assert said(judged(STRIDED + "require: {output: same, params: same, macs: same}", variant="strided")) == [
        "error CC305 output in strided must be that of small, 4x8x8, but is 4x4x4",
        "error CC305 macs in strided must be that of small, 15,872, but is 3,968",
    ]


def test_a_required_bound_holds_for_every_variant() -> None:
    assert said(judged(VARIANTS + "require: {rf: {min: 3}}", variant="small")) == []
    assert said(judged(VARIANTS + "require: {rf: {min: 4}}", variant="small")) == [
        "error CC305 rf in small must be at least 4, but is 3x3: 1 (25.0 %) less"
    ]
    assert said(judged(VARIANTS + "require: {params: {max: 1.5x}}", variant="wide")) == [
        "error CC305 params in wide must be at most 1.5x of small's (390), but is 516: 126 (32.3 %) more"
    ]


def test_flops_of_a_part_are_twice_its_macs() -> None:
    # 2 x 13,824; by hand
    judge = judged("budgets: [{metric: flops, of: conv1, max: 27648}, {metric: flops, of: each, max: 27647}]")
    assert [verdict.value for verdict in judge.verdicts] == [27_648, 4_096]
    judge = judged("budgets: [{metric: flops, of: conv1, max: 27647}]")
    assert said(judge) == ["error CC303 flops of conv1 must be at most 27647, but is 27,648: 1 (<0.1 %) more"]
