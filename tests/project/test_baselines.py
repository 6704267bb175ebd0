from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from convcost.api.network import Network
from convcost.errors import SpecError, UsageError
from convcost.project.baselines import Found, baseline
from convcost.render.analysis import shown
from convcost.render.formats import json as json_format
from convcost.render.formats.core.terminal import Terminal
from convcost.render.rows import View
from tests.project.repository import APART, commit, count_git

if TYPE_CHECKING:
    from pathlib import Path

SMALL = "name: n\ninput: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3}}]\n"
LARGE = SMALL.replace("out: 4", "out: 8")
SMALL_PARAMS, LARGE_PARAMS = 4 * (27 + 1), 8 * (27 + 1)
VARIANTS = """
name: n
input: [3, 8, 8]
baseline: b
variants:
  a: {layers: [conv: {out: 8, kernel: 3}]}
  b: {layers: [conv: {out: 4, kernel: 3}]}
"""
WRONG = SMALL.replace("kernel: 3", "kernel: 30")

LACKING = "old.json is damaged: an analysis in it lacks layers or figures; write it again, with every layer"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in APART.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def params(found: Found) -> int | str:
    return found.measured.totals["params"] if found.measured else found.reason


def before(word: str, text: str, *variants: str | None, path: str = "n.yaml") -> list[int | str]:
    """What the variants of a spec were: their params, or why there are none."""
    old = baseline(word, [path])
    found = old.of(path, Network.from_text(text, path))
    return [params(found(variant)) for variant in variants or (None,)]


# git --------------------------------------------------------------------------------------------------------


def test_a_spec_is_compared_with_itself_at_a_commit(folder: Path) -> None:
    commit(folder, {"n.yaml": SMALL})
    assert baseline("git:main", []).word == "git:main"
    assert before("git:main", LARGE) == [SMALL_PARAMS]
    assert before("git:main", SMALL) == [SMALL_PARAMS]


def test_a_new_spec_says_so(folder: Path) -> None:
    commit(folder, {"other.yaml": SMALL})
    assert before("git:main", SMALL) == ["new: not in main"]


@pytest.mark.parametrize("old", [WRONG, "input: [", "", "- [", "layers: []", "\0", b"\xff\xfe", "[conv: 3]", "5"])
def test_an_old_state_with_mistakes_stops_nothing(folder: Path, old: str | bytes) -> None:
    commit(folder, {"n.yaml": old})
    assert before("git:main", SMALL) == ["its state in main has mistakes, so nothing is compared"]


def test_variants_are_compared_by_name(folder: Path) -> None:
    commit(folder, {"n.yaml": VARIANTS})
    text = VARIANTS.replace("b:", "c:").replace("baseline: b", "baseline: a")
    assert before("git:main", VARIANTS, "a", "b") == [LARGE_PARAMS, SMALL_PARAMS]
    assert before("git:main", text, "a", "c") == [LARGE_PARAMS, "new: no such variant in main"]


def test_a_mistake_in_one_variant_leaves_the_others(folder: Path) -> None:
    commit(folder, {"n.yaml": VARIANTS.replace("out: 8, kernel: 3", "out: 8, kernel: 30")})
    wrong = "its state in main has mistakes, so nothing is compared"
    assert before("git:main", VARIANTS, "a", "b") == [wrong, SMALL_PARAMS]


def test_the_baseline_follows_a_spec_into_variants_and_out_again(folder: Path) -> None:
    commit(folder, {"n.yaml": LARGE})
    assert before("git:main", VARIANTS, "a", "b") == ["new: no such variant in main", LARGE_PARAMS]
    commit(folder, {"n.yaml": VARIANTS})
    assert before("git:main", LARGE) == [SMALL_PARAMS]


def test_many_specs_cost_two_git_processes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"{i}.yaml" for i in range(50)]
    commit(folder, dict.fromkeys(paths, SMALL))
    seen = count_git(folder / "counting", monkeypatch)
    old = baseline("git:HEAD", paths)
    assert {params(old.of(path, Network.from_text(LARGE, path))(None)) for path in paths} == {SMALL_PARAMS}
    assert seen.read_text(encoding="utf-8").split() == ["rev-parse", "cat-file"]


# Another spec -----------------------------------------------------------------------------------------------


def test_another_spec_gives_its_variant_of_the_same_name_or_its_baseline(folder: Path) -> None:
    (folder / "other.yaml").write_text(VARIANTS, encoding="utf-8")
    assert before("other.yaml", VARIANTS, "a", "b", "c") == [LARGE_PARAMS, SMALL_PARAMS, SMALL_PARAMS]
    assert before("other.yaml", SMALL) == [SMALL_PARAMS]
    assert before("mobilenet_v1", SMALL) == [4231976]


def test_another_spec_must_be_in_order(folder: Path) -> None:
    (folder / "other.yaml").write_text(WRONG, encoding="utf-8")
    with pytest.raises(SpecError):
        baseline("other.yaml", [])
    with pytest.raises(UsageError, match=r"^none\.yaml cannot be read"):
        baseline("none.yaml", [])


def test_a_variant_with_mistakes_in_another_spec_stops_nothing(folder: Path) -> None:
    (folder / "other.yaml").write_text(VARIANTS.replace("out: 8, kernel: 3", "out: 8, kernel: 30"), encoding="utf-8")
    wrong = "its state in other.yaml has mistakes, so nothing is compared"
    assert before("other.yaml", VARIANTS, "a", "b") == [wrong, SMALL_PARAMS]


# JSON -------------------------------------------------------------------------------------------------------


def written(folder: Path, *texts: str, variants: tuple[str | None, ...] = (None,)) -> Any:
    """The file that `convcost analyze --json` writes of some specs; what it holds."""
    results = [("", Network.from_text(text).analyze(variant)) for text in texts for variant in variants]
    text = "".join(json_format.write([shown(found, word=word) for word, found in results], Terminal()))
    (folder / "old.json").write_text(text, encoding="utf-8")
    return json.loads(text)


def test_json_gives_the_networks_of_the_same_name_and_variant(folder: Path) -> None:
    written(folder, SMALL)
    assert before("old.json", LARGE) == [SMALL_PARAMS]
    assert before("old.json", LARGE.replace("name: n", "name: m")) == ["new: not in old.json"]
    written(folder, VARIANTS, variants=("a", "b"))
    assert before("old.json", VARIANTS, "a", "b", "c", None) == [
        LARGE_PARAMS, SMALL_PARAMS, "new: not in old.json", "new: not in old.json",
    ]  # fmt: skip


def test_a_name_that_json_has_twice_is_compared_with_neither(folder: Path) -> None:
    written(folder, SMALL, LARGE)
    assert before("old.json", SMALL) == ["old.json has it more than once, so nothing is compared"]


def test_json_gives_the_figures_of_layers(folder: Path) -> None:
    written(folder, SMALL)
    found = baseline("old.json", []).of("n.yaml", Network.from_text(SMALL))(None)
    assert found.measured
    assert found.measured.value("macs", "conv1") == 4 * 27 * 36
    assert found.measured.value("output") == (4, 6, 6)


def test_json_gives_the_grid_and_may_be_older_than_it(folder: Path) -> None:
    document = written(folder, SMALL.replace("kernel: 3", "kernel: 3, stride: 2"))

    def grids() -> list[object]:
        (folder / "old.json").write_text(json.dumps(document), encoding="utf-8")
        measured = baseline("old.json", []).of("n.yaml", Network.from_text(SMALL))(None).measured
        return [measured.value("grid", of) for of in (None, "conv1")] if measured else []

    assert grids() == [(2, 2), (2, 2)]
    del document["grid"]
    assert grids() == [(2, 2), (2, 2)]
    del document["receptive_field"]["grid"], document["layers"][0]["receptive_field"]["grid"]
    assert grids() == [None, None]


def test_json_gives_the_grid_of_a_network_that_reads_the_whole_input(folder: Path) -> None:
    text = "{input: [1, 8, 8], layers: [conv: {out: 2, kernel: 2, stride: 2}, mul: {a: [], b: [global_avg_pool]}]}"
    written(folder, text)
    found = baseline("old.json", []).of("n.yaml", Network.from_text(text))(None)
    assert found.measured
    assert found.measured.value("grid") == (2, 2)


def refusal(word: str) -> str:
    with pytest.raises(UsageError) as caught:
        baseline(word, [])
    return str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nonsense", '{"a": 1e}', "1" * 5000])
def test_damaged_json_is_refused(folder: Path, text: str) -> None:
    (folder / "old.json").write_text(text, encoding="utf-8")
    assert refusal("old.json").startswith("old.json must be ")


@pytest.mark.parametrize(
    ("document", "described"),
    [
        ('{"schema": "convcost.comparison/1"}', "has the schema convcost.comparison/1"),
        ('{"schema": "convcost.analysis/2"}', "has the schema convcost.analysis/2"),
        ("{}", "has no schema"),
        ("[]", "has no schema"),
        ("7", "has no schema"),
        ('{"schema": 5}', "has the schema 5"),
    ],
)
def test_another_document_is_refused(folder: Path, document: str, described: str) -> None:
    (folder / "old.json").write_text(document, encoding="utf-8")
    assert refusal("old.json") == (
        f"old.json must be written by `convcost analyze --json` (convcost.analysis/1), but {described}"
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("totals",), None),
        (("totals",), 5),
        (("totals", "macs"), "many"),
        (("totals", "macs"), 1.5),
        (("totals", "macs"), True),
        (("name",), 5),
        (("name",), ["n"]),
        (("variant",), {"a": 1}),
        (("variant",), 5),
        (("layers",), None),
        (("layers", 0), "conv1"),
        (("layers", 0, "macs"), None),
        (("layers", 0, "weight_bytes"), None),
        (("layers", 0, "output_shape"), ["a"]),
        (("layers", 0, "receptive_field"), 3),
        (("outputs",), [[]]),
        (("receptive_field",), {"size": 3}),
        (("receptive_field", "grid"), 1),
        (("receptive_field", "grid"), [1.5]),
        (("layers", 0, "receptive_field", "grid"), ["half"]),
    ],
)
def test_an_analysis_that_lacks_figures_is_refused(folder: Path, path: tuple[Any, ...], value: object) -> None:
    document = written(folder, SMALL)
    *way, last = path
    place = document
    for step in way:
        place = place[step]
    place[last] = value
    (folder / "old.json").write_text(json.dumps(document), encoding="utf-8")
    assert refusal("old.json") == LACKING


@pytest.mark.parametrize("results", [None, 5, "x", [5], [{}], [None]])
def test_results_that_are_none_are_refused(folder: Path, results: object) -> None:
    (folder / "old.json").write_text(
        json.dumps({"schema": "convcost.analysis/1", "results": results}), encoding="utf-8"
    )
    assert refusal("old.json") == LACKING


@pytest.mark.parametrize("view", [View(top=1), View(depth=1)])
def test_an_analysis_without_every_layer_is_refused(folder: Path, view: View) -> None:
    text = """
name: n
input: [3, 8, 8]
blocks: {A: {layers: [conv: {out: 4, kernel: 3}, relu]}}
layers: [A: , A: ]
"""
    written_ = "".join(json_format.write([shown(Network.from_text(text).analyze(), view)], Terminal()))
    (folder / "old.json").write_text(written_, encoding="utf-8")
    assert refusal("old.json") == LACKING
