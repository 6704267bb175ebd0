from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.project.repository import APART, commit, count_git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]

OLD = "name: n\ninput: [3, 10, 10]\nlayers: [{conv: {out: 4, kernel: 3}, name: stem}, relu]\n"
NEW = OLD.replace("out: 4", "out: 8").replace("relu]", "relu, dropout]")
PARAMS = (4 * 28, 8 * 28)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose branch `main` has the old spec, whose files are the new ones."""
    for name, value in APART.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "repository"
    commit(folder, {"n.yaml": OLD, "nets/ä b.yaml": OLD, "gone.yaml": OLD, "wrong.yaml": OLD.replace("[3,", "[0,")})
    (folder / "n.yaml").write_text(NEW, encoding="utf-8")
    (folder / "nets" / "ä b.yaml").write_text(NEW, encoding="utf-8")
    (folder / "old.yaml").write_text(OLD, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def document(answer: Answer) -> Any:
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


def params(answer: Answer) -> tuple[int, int]:
    pair = document(answer)["totals"]["params"]
    return pair["old"], pair["new"]


def test_two_files_are_compared(convcost: Run, folder: Path) -> None:
    found = document(convcost("diff", "old.yaml", "n.yaml", "--json"))
    assert found["schema"] == "convcost.diff/1"
    assert found["old"] == {"spec": "old.yaml", "name": "n", "variant": None, "input": {"input": [3, 10, 10]}}
    assert found["same"] is False
    assert found["totals"]["macs"] == {"old": 27 * 4 * 64, "new": 27 * 8 * 64, "change": 27 * 4 * 64, "ratio": 0.5}
    assert found["counts"] == {"added": 1, "removed": 0, "changed": 2, "same": 0}
    assert [(row["status"], row["name"], row["op"]) for row in found["layers"]] == [
        ("changed", "stem", "conv"), ("changed", "relu1", "relu"), ("added", "dropout1", "dropout"),
    ]  # fmt: skip
    assert found["layers"][0]["changes"] == [
        {"what": "out", "old": 4, "new": 8}, {"what": "output_shape", "old": [4, 8, 8], "new": [8, 8, 8]},
    ]  # fmt: skip
    assert found["layers"][0]["params"] == {"old": PARAMS[0], "new": PARAMS[1], "change": 112, "ratio": 0.5}


def test_a_difference_reads_as_tables(convcost: Run, folder: Path) -> None:
    answer = convcost("diff", "old.yaml", "n.yaml")
    assert (answer.code, answer.err) == (0, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[0] == "old.yaml → n.yaml"
    assert lines[2] == "layer operation change params MACs activations"
    assert lines[4:7] == [
        "~ stem conv 3x3 out 4 -> 8 +112 +6.912 k +256",
        "~ relu1 relu output 4x8x8 -> 8x8x8 - - +256",
        "+ dropout1 dropout 0.5 8x8x8 - - +512",
    ]
    assert lines[8] == "figure before after change"
    assert lines[10] == "params 112 224 +112 2.00x more"
    assert lines[-2:] == ["outputs: 4x8x8 -> 8x8x8", "layers: 1 added, 2 changed, 0 the same"]


def test_exact_figures_have_all_digits(convcost: Run, folder: Path) -> None:
    assert "+6,912" in convcost("diff", "old.yaml", "n.yaml", "--exact").out


def test_what_did_not_change_says_so(convcost: Run, folder: Path) -> None:
    answer = convcost("diff", "n.yaml", "n.yaml")
    assert answer == (0, "n.yaml → n.yaml\n\nnothing changed: every layer (3) and every figure is as it was\n", "")
    assert document(convcost("diff", "n.yaml", "n.yaml", "--json"))["same"] is True
    renamed = NEW.replace("stem", "first")
    (folder / "renamed.yaml").write_text(renamed, encoding="utf-8")
    assert convcost("diff", "n.yaml", "renamed.yaml").out.endswith("as it was, 1 of them under another name\n")


def test_all_layers_are_shown_where_asked_for(convcost: Run, folder: Path) -> None:
    rows = document(convcost("diff", "n.yaml", "n.yaml", "--all", "--json"))["layers"]
    assert [(row["status"], row["name"]) for row in rows] == [("same", "stem"), ("same", "relu1"), ("same", "dropout1")]
    assert "dropout1" in convcost("diff", "n.yaml", "n.yaml", "--all").out


def test_a_fraction_is_a_text_in_json(convcost: Run, folder: Path) -> None:
    for name, scale in (("a", "2"), ("b", "1.5")):
        (folder / name).write_text(f"{{input: [3, 8, 8], layers: [resize: {scale}]}}", encoding="utf-8")
    [row] = document(convcost("diff", "a", "b", "--json"))["layers"]
    assert row["changes"][0] == {"what": "scale", "old": 2, "new": "3/2"}
    assert "scale 2 -> 1.5" in convcost("diff", "a", "b").out


def test_variants_are_compared(convcost: Run, stage: str) -> None:
    found = document(convcost("diff", "stage.yaml@standard", "stage.yaml@grouped", "--json"))
    assert (found["old"]["variant"], found["new"]["variant"]) == ("standard", "grouped")
    assert found["layers"][0]["changes"] == [{"what": "groups", "old": 1, "new": 2}]


def test_shipped_specs_are_compared(convcost: Run) -> None:
    assert params(convcost("diff", "mobilenet_v1", "mobilenet_v2", "--json")) == (4231976, 3504872)


# git --------------------------------------------------------------------------------------------------------


def test_a_ref_is_the_other_spec_at_that_commit(convcost: Run, folder: Path) -> None:
    assert params(convcost("diff", "git:main", "n.yaml", "--json")) == PARAMS
    assert params(convcost("diff", "n.yaml", "git:main", "--json")) == PARAMS[::-1]
    assert params(convcost("diff", "git:HEAD", "nets/ä b.yaml", "--json")) == PARAMS


def test_a_ref_may_name_its_own_file(convcost: Run, folder: Path) -> None:
    assert params(convcost("diff", "git:main:gone.yaml", "n.yaml", "--json")) == (PARAMS[0], PARAMS[1])
    assert params(convcost("diff", "git:main:n.yaml", "git:HEAD", "--json")) == (PARAMS[0], PARAMS[0])
    assert params(convcost("diff", "git:HEAD", "git:main:nets/ä b.yaml", "--json")) == (PARAMS[0], PARAMS[0])


def test_paths_at_a_commit_are_those_of_the_working_directory(
    convcost: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "nets")
    assert params(convcost("diff", "git:main", "ä b.yaml", "--json")) == PARAMS
    assert params(convcost("diff", "git:main", "../n.yaml", "--json")) == PARAMS


def test_a_ref_takes_the_variant_with_the_file(convcost: Run, folder: Path) -> None:
    text = "{input: [3, 8, 8], variants: {a: {layers: [conv: {out: 1, kernel: 1}]}, b: {layers: [relu]}}}"
    commit(folder, {"v.yaml": text})
    found = document(convcost("diff", "git:HEAD", "v.yaml@b", "--json"))
    assert (found["same"], found["old"]["variant"]) == (True, "b")
    found = document(convcost("diff", "git:HEAD:v.yaml@a", "v.yaml@b", "--json"))
    assert (found["same"], found["old"]["variant"]) == (False, "a")


def test_a_side_costs_two_git_processes(
    convcost: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_git(tmp_path / "counting", monkeypatch)
    assert convcost("diff", "git:main", "n.yaml").code == 0
    assert seen.read_text(encoding="utf-8").split() == ["rev-parse", "cat-file"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("git:main", "git:HEAD"), "git:main needs a file, but git:HEAD names none either; write git:REF:PATH"),
        (("git:main:", "git:HEAD:"), "git:main: needs a file, but git:HEAD: names none either; write git:REF:PATH"),
        (("git:nowhere", "n.yaml"), "this repository has no commit nowhere"),
        (("git:main", "old.yaml"), "main has no file old.yaml"),
        (("git:main:none.yaml", "n.yaml"), "main has no file none.yaml"),
        (("git:main:nets", "n.yaml"), "main has no file nets"),
        (("git:main:../n.yaml", "n.yaml"), "main has no file ../n.yaml"),
        (("git:--all", "n.yaml"), "git: must be followed by a branch, tag or commit, but '--all' is none"),
        (("git:", "n.yaml"), "git: must be followed by a branch, tag or commit, but '' is none"),
        (("git::n.yaml", "n.yaml"), "git: must be followed by a branch, tag or commit, but '' is none"),
        (("n.yaml@x", "n.yaml"), "n.yaml has no variant x (it has no variants)"),
        (("git:main", "n.yaml@x"), "main:./n.yaml has no variant x (it has no variants)"),
        (("n.yaml",), "Missing argument 'NEW'."),
    ],
)
def test_a_malformed_question_is_told_of(words: tuple[str, ...], sentence: str, convcost: Run, folder: Path) -> None:
    answer = convcost("diff", *words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines()[0] == f"convcost: {sentence}"


def test_there_must_be_a_repository(convcost: Run, stage: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert convcost("diff", "git:main", stage) == (
        2, "", "convcost: git:main needs a git repository, but the working directory lies in none\n",
    )  # fmt: skip


def test_a_mistake_at_a_commit_is_placed_there(convcost: Run, folder: Path) -> None:
    answer = convcost("diff", "git:main", "wrong.yaml")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("main:./wrong.yaml:2:9: error[")


# What is printed --------------------------------------------------------------------------------------------


def test_a_file_name_does_nothing_where_it_is_printed(convcost: Run, folder: Path) -> None:
    name = "<b>|\x1b[31m.yaml"
    (folder / name).write_text(OLD, encoding="utf-8")
    assert convcost("diff", name, "n.yaml", "--format", "markdown").out.startswith(
        "### &lt;b>\\|\\\\x1b\\[31m.yaml -> n.yaml\n"
    )
    assert convcost("diff", name, "n.yaml", "--color", "never").out.startswith("<b>|\\x1b[31m.yaml → n.yaml\n")


def test_markdown_has_a_table_of_layers_and_of_totals(convcost: Run, folder: Path) -> None:
    lines = convcost("diff", "old.yaml", "n.yaml", "--format", "markdown").out.splitlines()
    assert lines[0] == "### old.yaml -> n.yaml"
    assert lines[4] == "| \\~ | stem | conv 3x3 | out 4 -> 8 | +112 | +6.912 k | +256 |"
    assert "| params | 112 | 224 | +112 | 2.00x more |" in lines
    assert lines[-3:] == ["outputs: 4x8x8 -> 8x8x8", "", "layers: 1 added, 2 changed, 0 the same"]
    assert convcost("diff", "n.yaml", "n.yaml", "--format", "markdown").out == (
        "### n.yaml -> n.yaml\n\nnothing changed: every layer (3) and every figure is as it was\n"
    )


def test_csv_has_every_figure_before_and_after(convcost: Run, folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(convcost("diff", "old.yaml", "n.yaml", "--format", "csv").out)))
    assert [(row["status"], row["macs_old"], row["macs_new"]) for row in rows] == [
        ("changed", "6912", "13824"), ("changed", "0", "0"), ("added", "0", "0"),
    ]  # fmt: skip
    assert convcost("diff", "n.yaml", "n.yaml", "--format", "csv").out.count("\n") == 1


def test_colours_tell_what_was_added_and_removed(convcost: Run, folder: Path) -> None:
    shown = convcost("diff", "n.yaml", "old.yaml", "--color", "always").out
    assert any("dropout1" in line and "\x1b[31m" in line for line in shown.splitlines())
