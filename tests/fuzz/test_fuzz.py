"""The harness itself: it makes the same trials again, finds nothing here, and each of its rules can fail."""

from __future__ import annotations

import ast
import csv
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import convcost.analysis.cost
import convcost.check.measured
import convcost.cli.options
import convcost.errors
import convcost.language.expressions
import convcost.language.reading.text
import convcost.render.comparison
import convcost.render.difference
import convcost.render.field_answers
import convcost.render.verification
from tests.fuzz import consistency, expressions, run, running
from tests.fuzz.judge import faults
from tests.fuzz.run import KINDS, tried
from tests.fuzz.running import Answer, call, call_apart
from tests.fuzz.shrinking import shrunk
from tests.fuzz.texts import seeds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.museum.mutants import Patch

TEXT = b"input: [3, 8, 8]\nlayers: [rleu]\n"
PROBLEM = "net.yaml:2:10: error[CC201]: there is no operation rleu; did you mean relu?\n"


def first_failure(name: str, most: int, seed: int = 0) -> str | None:
    """What goes wrong first in so many trials of a kind."""
    for number in range(most):
        _, failure = tried(KINDS[name], number, seed)
        if failure:
            return failure.sentence
    return None


def broken(*_: object) -> None:
    raise KeyError("planted")


# Trials. ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_a_seed_makes_the_same_trials_again(name: str) -> None:
    made = [[KINDS[name].make(Random(seed)) for seed in range(first, first + 20)] for first in (0, 0, 1000)]
    assert made[0] == made[1] != made[2]


def test_most_documents_are_valid() -> None:
    answers = [KINDS["consistency"].make(Random(seed)) for seed in range(100)]
    assert sum(call(["analyze", "-"], case.document).code == 0 for case in answers) > 80


def test_a_run_ends_with_its_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.run(5, 60, ["commands"], most=10) == 0
    assert capsys.readouterr().out.startswith("10 calls, 0 failures, seed 5, ")


def test_a_failure_is_printed_with_what_reproduces_it(
    changed: Callable[[Patch], None], capsys: pytest.CaptureFixture[str]
) -> None:
    changed(lambda patch: patch.setattr(convcost.errors.SpecError, "__init__", broken))
    assert run.run(0, 60, ["documents"], most=60) == 1
    out = capsys.readouterr().out
    number = out.partition("--replay documents:")[2].partition(")")[0]
    assert "internal error: " in out
    assert " failures, seed 0, " in out.splitlines()[-1]
    assert run.replay(f"documents:{number}", 0) == 1


def test_a_file_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "some.yaml"
    path.write_bytes(b"input: [3, 8, 8]\nlayers: [conv: {out: 4, kernel: 3}, relu]\n")
    assert run.replay(str(path), 3) == 0
    assert capsys.readouterr().out == "0 failures, seed 3\n"


def test_a_document_is_shrunk_to_what_goes_wrong() -> None:
    text = b"a: 1\nb: [2, 3, 4]\nc: 5\nd: 6\n"
    assert shrunk(text, lambda smaller: b" 3" in smaller) == b" 3"


def test_a_command_in_its_own_process_answers_alike() -> None:
    words = ["analyze", "-", "--json"]
    assert call_apart(words, TEXT)[:3] == call(words, TEXT)[:3]


# Rules that every answer keeps. -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(0, "{}", ""), None),
        (Answer(1, "", PROBLEM), None),
        (Answer(2, "", "convcost: no\ntry: convcost analyze --help\n"), None),
        (Answer(3, "", "convcost: internal error: KeyError"), "exit code 3"),
        (Answer(1, "", "Traceback (most recent call last):"), "a fault inside"),
        (Answer(0, "{}", PROBLEM), "exit code 0 with an error"),
        (Answer(1, "", ""), "exit code 1 without a word"),
        (Answer(2, "", ""), "exit code 2 without a word"),
        (Answer(1, "", "helpless\n"), "not a problem and not a sentence"),
        (Answer(1, "", PROBLEM.replace(":2:10", "")), "a problem without a place"),
        (Answer(1, "", PROBLEM.replace(":2:10", ":2:17")), "a place outside the text"),
        (Answer(1, "", PROBLEM.replace(":2:10", ":4:1")), "a place outside the text"),
        (Answer(0, '{"a": NaN}', ""), "no JSON"),
        (Answer(0, "{", ""), "no JSON"),
        (Answer(0, "", "", "warning: SyntaxWarning"), "warning"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_found(answer: Answer, sentence: str | None) -> None:
    found = [*faults(["analyze", "net.yaml", "--json"], answer, {"net.yaml": TEXT})]
    assert found == [] if sentence is None else found[0].startswith(sentence)


def test_rows_of_csv_of_unequal_length_are_found() -> None:
    answer = Answer(0, "a,b\n1\n", "")
    assert [*faults(["analyze", "--format", "csv"], answer, {})] == ["rows of CSV of [1, 2] cells"]


def test_a_text_that_drives_a_terminal_or_a_runner_is_found() -> None:
    words = ["GITHUB_ACTIONS=true", "analyze"]
    assert [*faults(words, Answer(0, "a\n::error::b\n", ""), {})] == [
        "a command for GitHub's runner in stdout: '::error::b\\n'"
    ]
    assert [*faults(words[1:], Answer(0, "a\x1b[1m", ""), {})] == ["a control character in stdout: 'a\\x1b[1m'"]
    assert [*faults([*words[1:], "--color", "always"], Answer(0, "a\x1b[1m", ""), {})] == []


def busy(*_: object) -> int:
    while True:
        pass


def greedy(*_: object) -> int:
    return len(bytearray(400_000_000))


def warns(*_: object) -> int:
    compile("2if 1 else 3", "", "eval")
    return 0


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [(busy, "Hang"), (greedy, "memory: grew"), (warns, "warning: "), (lambda _: 1 // 0, "ZeroDiv")],
)
def test_a_call_that_takes_too_much_is_found(fault: Any, trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "main", fault)
    monkeypatch.setattr(running, "SECONDS", 0.2 if fault is busy else 2)
    assert call(["analyze"]).trouble.startswith(trouble)


# Faults planted in the product, and the kind that finds each. ---------------------------------------------------


def changing(module: Any, name: str, change: Callable[[Any], Any]) -> Patch:
    """What a function returns, changed."""
    right = getattr(module, name)
    return lambda patch: patch.setattr(module, name, lambda *a, **k: change(right(*a, **k)))


def one_more(figures: dict[str, Any]) -> dict[str, Any]:
    key = next(key for key in ("params", "size", "name") if key in figures)
    return {**figures, key: f"{figures[key]}1"}


def cut(a: Any, b: Any) -> int:
    """A quotient towards zero, as C has it."""
    return int(a / b) if b else 0


def bent(right: Any) -> Any:
    def following(self: Any) -> Any:
        row = right(self)
        return {**row, "params": int(row["params"]) + 1}

    return following


PLANTED: dict[str, tuple[str, Patch]] = {
    "texts: a crash": ("texts", lambda patch: patch.setattr(convcost.errors.SpecError, "__init__", broken)),
    "texts: a place": ("texts", changing(convcost.errors.Location, "__str__", lambda text: f"{text}99")),
    "documents: a place": ("documents", changing(convcost.errors.Location, "__str__", lambda text: f"{text}99")),
    "commands: a crash": ("commands", lambda patch: patch.setattr(convcost.cli.options, "_definition", int)),
    "expressions: half even": ("expressions", lambda patch: patch.setitem(convcost.language.expressions.FUNCTIONS, "round", (round, ""))),
    "expressions: quotients cut": ("expressions", lambda patch: patch.setitem(convcost.language.expressions._ARITHMETIC, ast.FloorDiv, cut)),
    "consistency: totals": ("consistency", changing(convcost.analysis.cost, "_totals", lambda t: t._replace(params=t.params + 1))),
    "consistency: csv": ("consistency", lambda patch: patch.setattr(csv.DictReader, "__next__", bent(csv.DictReader.__next__))),
    "consistency: rf": ("consistency", changing(convcost.render.field_answers, "field_figures", one_more)),
    "consistency: compare": ("consistency", changing(convcost.render.comparison, "_member", lambda row: {**row, "totals": {}})),
    "consistency: check": ("consistency", changing(convcost.check.measured.Measured, "value", lambda v: v + 1 if isinstance(v, int) else v)),
    "consistency: verify": ("consistency", changing(convcost.render.verification, "_member", lambda row: {**row, "macs": {"formula": -1}})),
    "consistency: diff": ("consistency", changing(convcost.render.difference, "_pair", lambda pair: {**pair, "old": -1})),
    "consistency: stdin and comments": ("consistency", changing(convcost.language.reading.text, "decode", lambda text: text.replace("#", ""))),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str, changed: Callable[[Patch], None]) -> None:
    kind, patch = PLANTED[name]
    changed(patch)
    assert first_failure(kind, 400)


@pytest.mark.parametrize("name", KINDS)
def test_without_a_fault_nothing_is_found(name: str) -> None:
    assert first_failure(name, 10) is None


def test_a_question_of_consistency_is_asked_of_each_command() -> None:
    assert {question.__name__.partition("_")[0] for question in consistency.QUESTIONS} == {
        "totals", "csv", "stdin", "rf", "compare", "check", "diff", "verify",
    }  # fmt: skip
    assert len(seeds()) > 50
    assert expressions.expected("1 / 3 * 3") == 1
