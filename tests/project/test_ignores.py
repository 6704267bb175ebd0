"""Comments that silence advice, and those that silence nothing."""

from __future__ import annotations

import pytest

from convcost.errors import Location, Problem
from convcost.language.reading.located import Source
from convcost.project.ignores import apply


def problem(line: int, code: str = "CC402", path: str = "net.yaml") -> Problem:
    return Problem(Location(path, line, 5, "..."), code, "a message", "advice" if code.startswith("CC4") else "error")


def applied(text: str, *problems: Problem) -> tuple[list[str], list[str]]:
    """What is left, as `line CODE`, and what is said of the comments, as `line:column sentence`."""
    kept, unused = apply(Source("net.yaml", text), problems)
    assert {(p.code, p.severity) for p in unused} <= {("CC409", "warning")}
    return (
        [f"{p.location.line} {p.code}" for p in kept],
        [f"{p.location.line}:{p.location.column} {p.message}" for p in unused],
    )


def nothing(code: str, line: int) -> str:
    return f"ignore[{code}] must silence an advice on line {line}, but there is none with this code"


def test_a_comment_silences_the_advice_of_its_line() -> None:
    text = "layers:\n  - relu  # convcost: ignore[CC402] the stem is wide on purpose\n  - relu\n"
    assert applied(text, problem(2), problem(3)) == (["3 CC402"], [])


def test_a_comment_alone_speaks_of_the_line_below() -> None:
    text = "layers:\n  # convcost: ignore[CC402] why\n  - relu\n  - relu\n"
    assert applied(text, problem(3), problem(4)) == (["4 CC402"], [])


def test_comments_alone_may_stand_above_each_other() -> None:
    text = "# convcost: ignore[CC402] why\n# and a word on it\n# convcost: ignore[CC405]\n- relu\n"
    assert applied(text, problem(4), problem(4, "CC405")) == ([], [])


def test_a_comment_behind_a_step_says_nothing_of_the_next_one() -> None:
    text = "- relu  # convcost: ignore[CC402]\n- relu\n"
    assert applied(text, problem(2)) == (["2 CC402"], [f"1:9 {nothing('CC402', 1)}"])


def test_several_codes_are_separated_by_commas() -> None:
    text = "- relu  # convcost: ignore[CC402, CC405,CC403] why\n"
    assert applied(text, problem(1), problem(1, "CC405")) == ([], [f"1:9 {nothing('CC403', 1)}"])


def test_only_the_named_code_is_silenced() -> None:
    text = "- relu  # convcost: ignore[CC402]\n"
    assert applied(text, problem(1), problem(1, "CC405")) == (["1 CC405"], [])


def test_an_ignore_that_silences_nothing_is_shown_at_its_place() -> None:
    _, [unused] = apply(Source("net.yaml", "- relu\n- tanh  # convcost: ignore[CC402]\n"), [])
    assert unused.location == Location("net.yaml", 2, 9, "- tanh  # convcost: ignore[CC402]")
    assert unused.message == nothing("CC402", 2)


@pytest.mark.parametrize("code", ["CC103", "CC303", "CC501"])
def test_an_error_cannot_be_silenced(code: str) -> None:
    text = f"- relu  # convcost: ignore[{code}] later\n"
    sentence = f"ignore[{code}] must name an advice (CC4xx), but only advice can be silenced"
    assert applied(text, problem(1, code)) == ([f"1 {code}"], [f"1:9 {sentence}"])


@pytest.mark.parametrize("word", ["CC4", "CC4021", "cc402", "all", "*"])
def test_a_word_that_is_no_advice_is_told(word: str) -> None:
    kept, [said] = applied(f"- relu  # convcost: ignore[{word}]\n", problem(1))
    assert kept == ["1 CC402"]
    assert said == f"1:9 ignore[{word}] must name an advice (CC4xx), but only advice can be silenced"


@pytest.mark.parametrize("brackets", ["", "[]", "[ , ]"])
def test_an_ignore_needs_a_code(brackets: str) -> None:
    kept, [said] = applied(f"- relu  # convcost: ignore{brackets} all of it\n", problem(1))
    assert (kept, said) == (["1 CC402"], "1:9 an ignore must name the advice it silences, like ignore[CC402]")


@pytest.mark.parametrize(
    "comment", ["#convcost:ignore[CC402]", "# convcost:  ignore [CC402]", "# why # convcost: ignore[CC402]"]
)
def test_blanks_are_free_and_other_words_may_come_first(comment: str) -> None:
    assert applied(f"- relu {comment}\n", problem(1)) == ([], [])


@pytest.mark.parametrize("comment", ["# convcost ignore[CC402]", "# convcost: ignored[CC402]", "# convcost: see CC402"])
def test_other_comments_are_no_ignores(comment: str) -> None:
    assert applied(f"- relu {comment}\n", problem(1)) == (["1 CC402"], [])


@pytest.mark.parametrize(
    "text",
    [
        'name: "x # convcost: ignore[CC402]"\n',
        "name: 'x # convcost: ignore[CC402]'\n",
        "name: x# convcost: ignore[CC402]\n",
        '{name: "a\n  # convcost: ignore[CC402]", b: c}\n',
        "name: |\n  x # convcost: ignore[CC402]\n",
        "name: >-\n\n    # convcost: ignore[CC402]\n  \n",
    ],
)
def test_a_text_is_no_comment(text: str) -> None:
    found = [problem(line) for line in range(1, 5)]
    assert applied(text, *found) == ([f"{line} CC402" for line in range(1, 5)], [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('name: "x # y"  # convcost: ignore[CC402]\n', 1),
        ("name: 'it''s #1' # convcost: ignore[CC402]\n", 1),
        ("name: |  # convcost: ignore[CC402]\n  x\n", 1),
        ("name: |\n  # x\n# convcost: ignore[CC402]\nb: c\n", 4),
        ("name: x#y # convcost: ignore[CC402]\n", 1),
        ("{name: [a, # convcost: ignore[CC402]\n  b]}\n", 1),
        ("name: x\r\nb: y # convcost: ignore[CC402]\r\n", 2),
        ("name: x\t# convcost: ignore[CC402]\n", 1),
    ],
)
def test_a_comment_beside_a_text_is_one(text: str, line: int) -> None:
    assert applied(text, problem(line)) == ([], [])


def test_a_text_that_is_no_yaml_has_no_comments() -> None:
    assert applied("a: [  # convcost: ignore[CC402]\n", problem(1)) == (["1 CC402"], [])


def test_a_problem_of_another_file_is_kept() -> None:
    text = "- relu  # convcost: ignore[CC402]\n"
    assert applied(text, problem(1, path="other.yaml")) == (["1 CC402"], [f"1:9 {nothing('CC402', 1)}"])


def test_the_last_line_may_be_an_ignore() -> None:
    assert applied("- relu\n# convcost: ignore[CC402]", problem(1)) == (["1 CC402"], [f"2:1 {nothing('CC402', 3)}"])
