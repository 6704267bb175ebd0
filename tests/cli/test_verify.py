from __future__ import annotations

import csv
import json
import os
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from convcost.api.network import Network
from convcost.cli import progress
from convcost.cli.options import prepare_to_run
from convcost.ops.conv_transpose import ConvTranspose
from tests.museum.mutants import method, per_output

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer
    from tests.museum.mutants import Patch

    Run = Callable[..., Answer]

SUMMARY = "5 layers (3 with weights), 12,816 multiplications counted; every figure compared agrees"


def test_a_file_is_verified(convcost: Run, chain: str) -> None:
    answer = convcost("verify", chain)
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "chain: 3x10x10"
    assert answer.out.splitlines()[-1] == SUMMARY
    assert answer.err == "chain.yaml needs up to 150.1 MB\n"


def test_all_variants_are_verified(convcost: Run, stage: str) -> None:
    answer = convcost("verify", stage)
    assert [line for line in answer.out.splitlines() if ": 8x10x10" in line] == [
        f"stage ({name}): 8x10x10" for name in ("standard", "grouped", "small")
    ]
    assert answer.out.count("every figure compared agrees\n") == 3
    assert answer.err.splitlines() == [
        f"stage.yaml@{name} needs up to 150.1 MB" for name in ("standard", "grouped", "small")
    ]


@pytest.mark.parametrize("words", [("stage.yaml@grouped",), ("stage.yaml", "--variant", "grouped")])
def test_one_variant_is_verified(convcost: Run, stage: str, words: tuple[str, ...]) -> None:
    answer = convcost("verify", *words)
    assert answer.out.startswith("stage (grouped): 8x10x10\n")
    assert answer.out.count("every figure compared agrees") == 1
    assert answer.err == "stage.yaml@grouped needs up to 150.1 MB\n"


def test_a_variant_is_named_once_among_several_networks(convcost: Run, stage: str) -> None:
    table = convcost("verify", "stage.yaml@grouped", "stage.yaml@small", "--format", "csv").out.splitlines()
    assert [row.partition(",")[0] for row in table] == ["spec", "stage.yaml@grouped", "stage.yaml@small"]


def test_variables_and_input_are_replaced(convcost: Run, stage: str, chain: str) -> None:
    assert convcost("verify", "stage.yaml@small", "-D", "c=4").out.startswith("stage (small): 4x10x10\n")
    assert convcost("verify", chain, "--input", "3x20x20").out.startswith("chain: 3x20x20\n")
    assert "1 layer (" in convcost("verify", "-e", "[relu]", "--input", "3x20x20").out
    last = convcost("verify", "-e", "{input: [3, 8, 8], layers: [relu]}", "--input", "9x9x3")
    assert (last.code, "warning[CC215]" in last.err) == (0, True)


def test_json_holds_both_witnesses(convcost: Run, stage: str) -> None:
    document = json.loads(convcost("verify", f"{stage}@grouped", "--json").out)
    assert list(document) == ["schema", "name", "variant", "input", "agree", "totals", "layers", "problems"]
    assert (document["schema"], document["variant"]) == ("convcost.verification/1", "grouped")
    assert (document["agree"], document["problems"]) == (True, [])
    assert document["totals"] == {
        "params": {"formula": 296, "execution": 296},
        "macs": {"formula": 28_800, "execution": 28_800},
        "useful_macs": {"formula": 25_088, "execution": 25_088},
        "flops": {"formula": 57_600, "execution": 57_600},
        "activations": {"formula": 800, "execution": 800},
        "peak_activation_bytes": {"formula": 6_400, "execution": 6_400},
    }
    assert document["layers"] == [
        {
            "name": "conv1",
            "op": "conv",
            "params": {"formula": 296, "execution": 296},
            "macs": {"formula": 28_800, "execution": 28_800},
            "useful_macs": {"formula": 25_088, "execution": 25_088},
            "output_shape": {"formula": [8, 10, 10], "execution": [8, 10, 10]},
            "receptive_field": {"confirmed": True},
            "line": 7,
        }
    ]
    assert len(json.loads(convcost("verify", stage, "--json").out)["results"]) == 3


def test_csv_has_a_row_per_layer(convcost: Run, stage: str, chain: str) -> None:
    rows = list(csv.DictReader(StringIO(convcost("verify", stage, chain, "--format", "csv").out)))
    assert [row["spec"] for row in rows][:4] == [f"stage.yaml@{v}" for v in ("standard", "grouped", "small")] + [chain]
    assert (rows[1]["params_formula"], rows[1]["params_execution"], rows[1]["field"]) == ("296", "296", "confirmed")


def test_markdown_has_a_table_and_the_line(convcost: Run, stage: str, chain: str) -> None:
    text = convcost("verify", chain, f"{stage}@small", "--format", "markdown").out
    assert text.startswith("### chain: 3x10x10\n\n| figure | formula | execution |\n| --- | ---: | ---: |\n")
    assert f"\n{SUMMARY}\n\n### stage (small): 8x10x10\n" in text


WRONG = "{name: up, input: [3, 2, 2], layers: [conv_transpose: {out: 1, kernel: 2, stride: 2}]}"


def test_what_differs_is_told_at_its_place(
    convcost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: Callable[[Patch], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "up.yaml").write_text(WRONG, encoding="utf-8")
    changed(method(ConvTranspose, "macs", per_output))
    column = WRONG.index("conv")
    answer = convcost("verify", "up.yaml")
    assert answer.code == 1
    assert ["MACs", "192", "48"] in [line.split() for line in answer.out.splitlines()]
    assert answer.out.endswith("48 multiplications counted; 1 figure not confirmed\n")
    assert answer.err.splitlines()[1:] == [
        f"up.yaml:1:{column + 1}: error[CC503]: MACs are 192 by the formula, but the run multiplied 48 times",
        f"    1 | {WRONG}",
        f"      | {' ' * column}^",
        "note: in layer conv_transpose1 (conv_transpose), input 3x2x2",
    ]
    document = convcost("verify", "up.yaml", "--json")
    assert document.code == 1
    assert [problem["code"] for problem in json.loads(document.out)["problems"]] == ["CC503"]
    assert document.err == "up.yaml needs up to 150.2 MB\n"


def test_less_is_run_and_said(convcost: Run, chain: str) -> None:
    assert convcost("verify", chain, "--layer", "Unit1").out.endswith(
        "\n53.9 % of the network's MACs were run\n"
        "2 layers (1 with weights), 6,912 multiplications counted; every figure compared agrees\n"
    )
    assert convcost("verify", chain, "--quick").out.startswith("chain: 3x5x5\n")
    answer = convcost("verify", chain, "--layer", "Unit9")
    assert (answer.code, answer.err) == (2, "convcost: chain has no layer Unit9; did you mean Unit2?\n")


def test_outputs_are_written(convcost: Run, chain: str, stage: str, tmp_path: Path) -> None:
    assert convcost("verify", chain, "--output", "y.npz", "--seed", 3, "--dtype", "float64").code == 0
    with np.load(tmp_path / "y.npz") as arrays:
        expected = Network.from_file(chain).run(seed=3, dtype="float64")["linear1"]
        assert np.array_equal(arrays["linear1"], expected)
        assert np.isfinite(expected).all()
    answer = convcost("verify", stage, "--output", "z.npz")
    assert (answer.code, answer.err) == (2, "convcost: --output takes one network, but 3 are given\n")
    assert {path.name for path in tmp_path.iterdir()} == {"chain.yaml", "stage.yaml", "y.npz"}


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("nowhere/y.npz", "[Errno 2] No such file or directory: 'nowhere/y.npz'"),
        (".", "[Errno 21] Is a directory: '.'"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_anything_runs(
    convcost: Run, chain: str, place: str, sentence: str
) -> None:
    answer = convcost("verify", chain, "--output", place)
    assert (answer.code, answer.out, answer.err) == (2, "", f"convcost: cannot read or write: {sentence}\n")


def test_more_memory_than_allowed_is_refused(convcost: Run, chain: str) -> None:
    answer = convcost("verify", chain, "--max-memory", "100MB")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "convcost: to run chain needs up to 151 MB, but --max-memory is 100 MB\n"
    assert convcost("verify", chain, "--max-memory", "0.5 GiB").code == 0
    for size in ("much", "5 XB", "-1", "1.", ".5GB", "1e9"):
        answer = convcost("verify", chain, f"--max-memory={size}")
        wanted = f"convcost: --max-memory must be a size such as 2GB or 512MiB, but is {size}\n"
        assert (answer.code, answer.err) == (2, wanted)


def test_an_interruption_is_told(convcost: Run, chain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convcost.verify import whole

    def interrupted(*given: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(whole, "execute", interrupted)
    answer = convcost("verify", chain, "--output", "y.npz")
    assert answer.code == 130
    assert answer.err == "chain.yaml needs up to 150.1 MB\nconvcost: interrupted\n"
    assert [path.name for path in tmp_path.iterdir()] == ["chain.yaml"]


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Screen(), True), (StringIO(), False)])
def test_progress_is_shown_on_a_terminal_after_two_seconds(stream: StringIO, shown: bool) -> None:
    times = iter([0.0, 1.9, 2.1, 2.2])
    with progress.Progress(stream, "net", lambda: next(times)) as line:
        line.at(1, 200)
        line.at(2, 200)
        line.at(100, 200)
    first, second = "net: layer 2 of 200 (1.0 %)", "net: layer 100 of 200 (50.0 %)"
    assert stream.getvalue() == (f"\r{first}\r{second}\r{' ' * len(second)}\r" if shown else "")


def test_the_kernels_share_the_work_unless_numpy_is_there_or_the_user_has_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "")  # what was there comes back
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    prepare_to_run()
    assert "OPENBLAS_NUM_THREADS" not in os.environ  # NumPy has read it already
    monkeypatch.delitem(sys.modules, "numpy")
    prepare_to_run()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    prepare_to_run()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "4"
