"""The shipped specs and examples meet their figures: those of papers, model files and other implementations.

`ground_truth/layers` hold one row per layer of the authors' model files, `derive/figures.csv` totals counted by PyTorch
(`derive/models.py`, which knows nothing of convcost).
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from functools import cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import convcost
from convcost.api.network import Network
from convcost.check.measured import measured_analysis
from convcost.ops.conv import Conv
from convcost.project.run import Plan, check
from tests.test_ground_truth import CROPS, PUBLISHED, ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convcost.analysis.cost import Analysis, Layer
    from convcost.language.demands import Expect

ROOT = Path(__file__).parents[1]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
NAMES = [
    "alexnet",
    "alexnet_torchvision",
    "vgg16",
    "googlenet",
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "shufflenet_v1",
    "squeezenet1_1",
    "densenet121",
    "xception",
    "efficientnet_b0",
    "convnext_tiny",
    "fcn32s",
    "fcn16s",
    "fcn8s",
    "deconvnet",
    "segnet",
    "unet",
    "deeplab_largefov",
    "context_module",
    "dcgan_generator",
]


@cache
def network(path: Path) -> Network:
    return Network.from_file(str(path))


@cache
def analysis(path: Path, variant: str | None = None) -> Analysis:
    return network(path).analyze(variant)


def spec(name: str, variant: str | None = None) -> Analysis:
    return analysis(ROOT / "specs" / f"{name}.yaml", variant)


def example(name: str, variant: str) -> Analysis:
    return analysis(ROOT / "examples" / f"{name}.yaml", variant)


def costs(found: Analysis) -> tuple[int, int]:
    return found.totals.params, found.totals.macs


def part(found: Analysis, scope: str) -> tuple[Any, Any]:
    measured = measured_analysis(found)
    return measured.value("params", scope), measured.value("macs", scope)


# What a spec expects. ---------------------------------------------------------------------------------------


class Expected(NamedTuple):
    """The expectations of one variant of a spec, or of the whole spec."""

    path: Path
    variant: str | None
    expect: Expect

    def __str__(self) -> str:
        return f"{self.path.stem}@{self.variant}" if self.variant else self.path.stem


def expectations(path: Path) -> Iterator[Expected]:
    """What stands at the top is the baseline's, what stands in a variant that variant's."""
    document = network(path).document
    base = document.base.expect
    if base and not (document.baseline and document.variants[document.baseline].expect):
        yield Expected(path, document.baseline, base)
    for name, overlay in document.variants.items():
        if overlay.expect:
            yield Expected(path, name, overlay.expect)


@pytest.mark.parametrize("path", [*SPECS, *EXAMPLES], ids=lambda path: path.stem)
def test_every_expectation_and_budget_holds(path: Path) -> None:
    report, kept = check([str(path)], Plan())
    assert report.all_problems() == []
    assert [verdict.status for spec in report.specs for verdict in spec.verdicts if verdict.status != "ok"] == []
    assert len(kept) == max(len(network(path).variants), 1)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_spec_expects_totals_and_an_output_and_names_their_source(path: Path) -> None:
    for expected in expectations(path):
        assert {"params", "macs", "output"} <= set(expected.expect.figures)
        assert expected.expect.source
    assert [found for found in expectations(path) if found.variant == network(path).baseline]


# Totals. ----------------------------------------------------------------------------------------------------

TABLES = {  # the spec of which a layer table is
    "alexnet_bvlc": "alexnet",
    "alexnet_torchvision": "alexnet_torchvision",
    "context_module_basic_C21": "context_module",
    "deconvnet_224": "deconvnet",
    "deeplab_largefov_513": "deeplab_largefov",
    "fcn16s_voc_500": "fcn16s",
    "fcn32s_voc_500": "fcn32s",
    "fcn8s_voc_500": "fcn8s",
    "googlenet_bvlc": "googlenet",
    "mobilenet_v1_1.0_224": "mobilenet_v1",
    "mobilenet_v2": "mobilenet_v2",
    "resnet50_torchvision": "resnet50",
    "resnext50_32x4d": "resnext50_32x4d",
    "segnet_camvid_360x480": "segnet",
    "squeezenet1_1": "squeezenet1_1",
    "vgg16": "vgg16",
}
TOTALS = {TABLES[table]: figures for table, figures in PUBLISHED.items()} | {"resnet18": (11_689_512, 1_814_073_344)}


@pytest.mark.parametrize("name", TOTALS)
def test_totals_are_those_of_the_survey(name: str) -> None:
    assert costs(spec(name)) == TOTALS[name]


with (Path(__file__).parent / "data" / "derive" / "figures.csv").open(encoding="utf-8", newline="") as lines:
    DERIVED = {row.pop("network"): row for row in csv.DictReader(lines)}
DERIVED_AS = {  # the names in figures.csv that are no spec's
    "alexnet": ("alexnet_torchvision", None),
    "context_module_basic": ("context_module", "basic"),
    "context_module_large": ("context_module", "large"),
    "segnet_basic": ("segnet", "basic"),
    "shufflenet_v1_g3": ("shufflenet_v1", None),
}


@pytest.mark.parametrize("name", [name for name in DERIVED if "_g" not in name or name in DERIVED_AS])
def test_totals_are_those_that_pytorch_counts(name: str) -> None:
    found = spec(*DERIVED_AS.get(name, (name, None)))
    shape = "x".join(map(str, found.outputs[0][1]))
    assert [*map(str, costs(found)), shape] == list(DERIVED[name].values())


def test_every_spec_has_totals_from_elsewhere() -> None:
    derived = {DERIVED_AS.get(name, (name, None))[0] for name in DERIVED}
    assert set(NAMES) <= set(TOTALS) | derived


@pytest.mark.long
def test_pytorch_counts_what_the_table_says() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("torchvision")
    from tests.data.derive.models import every

    counted = {
        name: [str(found.params), str(found.macs), "x".join(map(str, found.output))] for name, found in every().items()
    }
    assert counted == {name: list(row.values()) for name, row in DERIVED.items()}


# Layer by layer. --------------------------------------------------------------------------------------------

KINDS = {
    "conv": "conv",
    "depthwise": "conv",
    "pointwise": "conv",
    "conv_transpose": "tconv",
    "max_pool": "pool",
    "avg_pool": "pool",
    "max_unpool": "unpool",
    "crop": "crop",
    "linear": "fc",
    "global_avg_pool": "gap",
}


@pytest.mark.parametrize("table", TABLES)
def test_layers_are_those_of_the_table(table: str) -> None:
    found = spec(TABLES[table])
    graph = network(ROOT / "specs" / f"{TABLES[table]}.yaml").graph()
    layers = [(layer, node.op) for layer, node in zip(found.layers, graph.nodes) if layer.op in KINDS]
    rows = [row for row in ROWS if row.table == table]
    assert [KINDS[layer.op] for layer, _ in layers] == [row.fields["op"] for row in rows]
    for row, (layer, op) in zip(rows, layers):
        assert (str(row), described(layer, op)) == (str(row), as_written(row))


def described(layer: Layer, op: Any) -> dict[str, Any]:
    """A layer as its table describes it; vectors are Cx1x1 there, and have no field."""
    kind, field = KINDS[layer.op], layer.receptive_field
    found: dict[str, Any] = {
        "in": prod(layer.input_shapes[0]),
        "out": vector(layer.output_shape),
        "params": layer.cost.params,
        "macs": layer.cost.macs,
        "rf": tuple((e.smallest, e.largest) for e in field) if isinstance(field, tuple) and kind != "fc" else (),
    }
    if kind in ("conv", "tconv", "pool"):
        found["windows"] = [(a.kernel, a.stride, a.before) for a in op.axes(*layer.input_shapes)]
    if kind in ("conv", "tconv"):
        found["dilations"] = tuple(a.dilation for a in op.axes(*layer.input_shapes))
        found["groups"] = layer.input_shapes[0][0] if layer.op == "depthwise" else op.groups
    if kind == "crop":
        found["offsets"] = [-a.before for a in op.axes(*layer.input_shapes)]
    return found


def as_written(row: Row) -> dict[str, Any]:
    kind, sizes = row.fields["op"], row.fields["rf_min"] and (int(row.fields["rf_min"]), int(row.fields["rf_max"]))
    found: dict[str, Any] = {
        "in": prod(row.incoming),
        "out": row.outgoing,
        "params": int(row.fields["weights"]) + int(row.fields["bias"]),
        "macs": int(row.fields["macs"]),
        "rf": (sizes, sizes) if sizes else (),
    }
    if kind in ("conv", "tconv", "pool"):
        found["windows"] = list(zip(row.numbers("kernel"), row.numbers("stride"), row.numbers("pad_tlbr")))
    if kind in ("conv", "tconv"):
        found["dilations"] = row.numbers("dilation")
        found["groups"] = int(row.fields["groups"])
    if kind == "crop":
        found["offsets"] = [CROPS[str(row)]] * 2
    return found


def vector(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (*shape, 1, 1)[:3]


# Single networks. -------------------------------------------------------------------------------------------

MOBILENETS = [  # Howard et al. 2017, tables 4, 6 and 7; what tables and slim leave out, from the architecture
    (1.0, 224, 568_740_352, 4_231_976),
    (0.75, 224, 325_400_448, 2_585_560),
    (0.5, 224, 149_497_088, 1_331_592),
    (0.25, 224, 41_030_272, 470_072),
    (1.0, 192, 418_121_728, 4_231_976),
    (1.0, 160, 290_675_200, 4_231_976),
    (1.0, 128, 186_400_768, 4_231_976),
    (0.75, 192, 239_273_472, 2_585_560),
    (0.75, 160, 166_396_800, 2_585_560),
    (0.75, 128, 106_770_432, 2_585_560),
    (0.5, 192, 109_970_432, 1_331_592),
    (0.5, 160, 76_524_800, 1_331_592),
    (0.5, 128, 49_160_192, 1_331_592),
    (0.25, 192, 30_212_608, 470_072),
    (0.25, 160, 21_059_200, 470_072),
    (0.25, 128, 13_570_048, 470_072),
]


@pytest.mark.parametrize(("width", "resolution", "macs", "params"), MOBILENETS)
def test_width_and_resolution_give_the_mobilenets_of_the_paper(
    width: float, resolution: int, macs: int, params: int
) -> None:
    assert costs(convcost.load("mobilenet_v1", width=width, resolution=resolution).analyze()) == (params, macs)


def test_mobilenet_spends_its_macs_as_table_2_says() -> None:
    found = spec("mobilenet_v1")
    macs: dict[str, int] = {}
    for layer, node in zip(found.layers, network(ROOT / "specs" / "mobilenet_v1.yaml").graph().nodes):
        kind = f"conv {node.op.kernel}" if isinstance(node.op, Conv) else layer.op
        macs[kind] = macs.get(kind, 0) + layer.cost.macs
    shares = {kind: round(100 * part / found.totals.macs, 2) for kind, part in macs.items() if part}
    assert shares == {"conv 3": 1.91, "depthwise": 3.06, "conv 1": 94.86, "linear": 0.18}  # the paper prints 1.19


@pytest.mark.parametrize(("groups", "complexity"), [(1, 143), (2, 140), (3, 137), (4, 133), (8, 137)])
def test_groups_give_the_shufflenets_of_the_paper(groups: int, complexity: int) -> None:
    found = convcost.load("shufflenet_v1", groups=groups).analyze()
    derived = DERIVED[f"shufflenet_v1_g{groups}"]
    assert costs(found) == (int(derived["params"]), int(derived["macs"]))
    classifier = next(layer.cost.macs for layer in found.layers if layer.op == "linear")
    without = found.totals.macs - classifier  # table 1 leaves it out
    assert complexity in (without // 10**6, (without + 500_000) // 10**6)


def test_two_networks_are_called_resnet50() -> None:
    ours, paper = spec("resnet50", "stride_in_3x3"), spec("resnet50", "stride_in_1x1")
    assert ours.totals.params == paper.totals.params == 25_557_032
    assert (ours.totals.macs, paper.totals.macs) == (4_089_184_256, 3_857_973_248)
    assert [measured_analysis(found).value("rf") for found in (ours, paper)] == [(427, 427), (483, 483)]


# Szegedy et al. 2015, table 1: what is printed in thousands of weights and millions of operations, and what the
# architecture that it lists has.
GOOGLENET = [
    ("Conv1", 2.7, 34, 9_408, 118.01),
    ("inception_3a", 159, 128, 163_328, 128.05),
    ("inception_3b", 380, 304, 388_096, 304.27),
    ("inception_4a", 364, 73, 375_552, 73.61),
    ("inception_4b", 437, 88, 448_512, 87.91),
    ("inception_4c", 463, 100, 509_440, 99.85),
    ("inception_4d", 580, 119, 604_672, 118.52),
    ("inception_4e", 840, 170, 867_328, 170.00),
    ("inception_5a", 1072, 54, 1_042_432, 51.08),
    ("inception_5b", 1388, 71, 1_442_816, 70.70),
]


@pytest.mark.parametrize(("module", "_kilo", "_mega", "weights", "macs"), GOOGLENET, ids=str)
def test_googlenet_has_what_its_architecture_has(
    module: str, _kilo: float, _mega: int, weights: int, macs: float
) -> None:
    rows = [row for row in spec("googlenet").layers if row.name.startswith(f"{module}.") and row.cost.macs]
    assert sum(row.cost.params - row.output_shape[0] for row in rows) == weights  # a bias per output channel
    assert round(sum(row.cost.macs for row in rows) / 10**6, 2) == macs


def test_seven_rows_of_googlenets_table_are_wrong() -> None:
    wrong = [
        module
        for module, kilo, mega, weights, macs in GOOGLENET
        if abs(kilo - weights / 1024) > 1.5 or abs(mega - macs) > 0.75
    ]
    assert wrong == ["Conv1", *(f"inception_{name}" for name in ("4a", "4c", "4d", "4e", "5a", "5b"))]


def test_vgg_has_15_million_values_and_no_24() -> None:
    found = spec("vgg16")
    values = 3 * 224 * 224 + sum(row.activations for row in found.layers if row.op in ("conv", "max_pool", "linear"))
    assert values == 15_237_608
    assert round(4 * values / 2**20, 1) == 58.1


def test_without_bilinear_filters_fcn32s_has_the_134_million_of_the_paper() -> None:
    found = spec("fcn32s")
    assert (
        found.totals.params - sum(layer.cost.params for layer in found.layers if layer.name == "upscore") == 134_346_581
    )


def test_the_context_module_has_64_c_squared_weights() -> None:
    found = spec("context_module")
    biases = sum(row.output_shape[0] for row in found.layers if row.cost.params)
    assert found.totals.params - biases == 64 * 21**2


def test_alexnets_first_layer_has_290_400_neurons() -> None:
    assert spec("alexnet").layers[0].activations == 290_400


@pytest.mark.parametrize("layer", ["fc6", "fc7", "fc8"])
def test_the_field_of_deeplab_is_not_224(layer: str) -> None:
    assert measured_analysis(spec("deeplab_largefov")).value("rf", layer) == (435, 435)


# Examples. --------------------------------------------------------------------------------------------------


def test_a_stage_costs_what_arithmetic_says() -> None:
    positions, c, m = 14 * 14, 256, 64
    weights = {
        "standard": 9 * c * c,
        "dilated": 9 * c * c,
        "grouped_2": 9 * c * c // 2,
        "grouped_8": 9 * c * c // 8,
        "grouped_32": 9 * c * c // 32,
        "factorised": 2 * 3 * c * c,
        "bottleneck": c * m + 9 * m * m + m * c,
        "separable": 9 * c + c * c,
        "depthwise": 9 * c,
        "pointwise": c * c,
    }
    found = {name: example("stage", name) for name in network(ROOT / "examples" / "stage.yaml").variants}
    assert {name: one.totals.macs for name, one in found.items()} == {n: w * positions for n, w in weights.items()}
    fields = {name: measured_analysis(one).value("rf") for name, one in found.items()}
    assert fields == {**dict.fromkeys(weights, (3, 3)), "dilated": (5, 5), "pointwise": (1, 1)}


def test_three_forms_of_resnext_are_equal() -> None:
    forms = [example("resnext_forms", form) for form in ("paths", "concatenated", "grouped")]
    weights = 32 * (256 * 4 + 3 * 3 * 4 * 4 + 4 * 256)  # Xie et al. 2017, section 3.3
    assert [costs(form) for form in forms] == [(weights, weights * 56 * 56)] * 3
    paths, *others = [form.totals.peak_activation_bytes for form in forms]
    assert paths >= 32 * 4 * 256 * 56 * 56 > max(others)


def test_the_bottleneck_of_googlenet_saves_what_the_paper_says() -> None:
    module = part(spec("googlenet"), "inception_3a")
    direct, bottleneck = example("googlenet_3a", "direct"), example("googlenet_3a", "bottleneck")
    assert costs(bottleneck) == module
    pairs = [part(found, "inception.conv5x5") for found in (direct, bottleneck)]
    assert [macs for _, macs in pairs] == [120_422_400, 12_443_648]
    assert [params for params, _ in pairs] == [153_600 + 32, 15_872 + 16 + 32]


def test_the_two_gpus_of_the_example_are_alexnet() -> None:
    assert costs(example("two_gpus", "two_gpus")) == costs(spec("alexnet"))


def test_a_large_field_is_cheapest_by_pooling_and_complete_by_dilation() -> None:
    found = {name: example("large_field", name) for name in ("depth", "pooling", "dilation")}
    weight = 9 * 32 * 32 * 64 * 64
    macs = {name: one.totals.macs for name, one in found.items()}
    assert macs == {
        "depth": 33 * weight,
        "dilation": 7 * weight,
        "pooling": weight * (64 + 16 + 4 + 3) // 64,
    }
    fields = {name: measured_analysis(one).value("rf") for name, one in found.items()}
    assert fields["depth"] == fields["dilation"] == (67, 67) <= fields["pooling"]


WAYS_UP = {  # weights per pair of channels, on the small map (32x32) or the large one (64x64); small positions seen
    "transposed_2x2": (4, 32, 1),
    "transposed_3x3": (9, 32, 2),
    "transposed_4x4": (16, 32, 2),
    "nearest_conv": (9, 64, 2),
    "bilinear_conv": (9, 64, 3),
    "bed_of_nails_conv": (9, 64, 2),
    "max_unpool_conv": (9, 64, 2),
    "pixel_shuffle": (4 * 9, 32, 3),
}


@pytest.mark.parametrize("way", WAYS_UP)
def test_a_way_up_costs_and_sees_what_arithmetic_says(way: str) -> None:
    weights, size, seen = WAYS_UP[way]
    found = example("upsampling", way)
    assert found.totals.macs == weights * 64 * 64 * size * size
    assert found.outputs[0][1] == (64, 64, 64)
    assert measured_analysis(found).value("rf") == (2 * seen, 2 * seen)  # the pool before it sees 2 positions


def test_only_the_transposed_3x3_leaves_a_checkerboard() -> None:
    ways = network(ROOT / "examples" / "upsampling.yaml")
    told = {way: [note.code for note in ways.receptive_field(way).notes] for way in WAYS_UP}
    assert {way for way, codes in told.items() if "CC402" in codes} == {"transposed_3x3"}


def test_the_microcontroller_takes_the_smaller_two() -> None:
    document = network(ROOT / "examples" / "microcontroller.yaml").document
    held = {name: overlay.budgets for name, overlay in document.variants.items() if overlay.budgets}
    assert [*held] == ["quarter", "smallest"]
    for budgets in held.values():
        assert [budget.bounds["max"].value for budget in budgets] == [FLASH, RAM]
    fits = {}
    for variant in document.variants:
        totals = example("microcontroller", variant).totals
        fits[variant] = (totals.weight_bytes <= FLASH, totals.peak_activation_bytes <= RAM)
    assert fits == {"full": (False, False), "half": (True, False), "quarter": (True, True), "smallest": (True, True)}


FLASH, RAM = 10**6, 256 * 10**3


def test_the_script_prints_the_mobilenets_of_the_paper(tmp_path: Path) -> None:
    script = ROOT / "examples" / "sweep.py"
    assert script.read_text(encoding="utf-8").startswith("# $ python examples/sweep.py\n")
    run = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == [
        f"{width}-{resolution}: {macs:,} MACs, {params:,} params"
        for width, resolution, macs, params in sorted(MOBILENETS, reverse=True)
        if macs < 150_000_000
    ]


# The files. -------------------------------------------------------------------------------------------------


def test_every_network_has_its_spec() -> None:
    assert [path.stem for path in SPECS] == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_spec_is_found_by_its_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Network.from_file(name).name == network(ROOT / "specs" / f"{name}.yaml").name


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_spec_is_short_and_begins_with_its_source(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60
    assert max(map(len, lines)) <= 120
    assert re.match(r"# \w.* 20\d\d, \w.*[.]$", lines[0])


def test_titles_are_distinct() -> None:
    assert len({network(path).name for path in SPECS}) == len(SPECS)


@pytest.mark.parametrize("path", [*SPECS, *EXAMPLES], ids=lambda path: path.stem)
def test_nothing_is_noteworthy_in_a_spec(path: Path) -> None:
    for variant in network(path).variants or [None]:
        assert analysis(path, variant).notes == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_asks_a_question_and_variants_answer_alike(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60
    assert max(map(len, lines)) <= 120
    comment = [line for line in lines[:4] if line.startswith("# ") and not line.startswith("# $ ")]
    assert "?" in comment[0]
    variants = network(path).variants
    assert len({analysis(path, variant).outputs[0][1] for variant in variants}) == 1


@pytest.mark.parametrize("path", [*SPECS, *EXAMPLES], ids=lambda path: path.stem)
def test_nothing_is_noteworthy_in_what_is_shipped(path: Path) -> None:
    found = network(path)
    for variant in found.variants or (None,):
        assert found.graph(variant).notes == []
