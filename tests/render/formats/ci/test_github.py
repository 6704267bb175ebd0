"""What the runner of GitHub Actions reads, by its rules, and the summary of the job."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from convcost.check.report import Checked, CheckReport
from convcost.errors import Location, Problem
from convcost.render.formats.ci import github
from tests.render.reports import GOOD, MIXED, RUDE, many, rude, shown


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def unescaped(text: str, *signs: str) -> str:
    for sign in ("\r", "\n", *signs, "%"):
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def command_of(line: str) -> Command | None:
    """How the runner reads a line: `::name key=value,...::data` after blanks; else `##[name ...]data` anywhere."""
    line = line.lstrip()
    end = line.find("::", 2)
    if line.startswith("::") and end > 0:
        name, _, rest = line[2:end].partition(" ")
        pairs = [pair.split("=", 1) for pair in rest.split(",") if "=" in pair]
        properties = {key: unescaped(value, ":", ",") for key, value in pairs}
        return Command(name, properties, unescaped(line[end + 2 :]))
    old = re.search(r"##\[(\w+)[^]]*](.*)", line)
    return Command(old[1], {}, old[2]) if old else None


def read(text: str) -> tuple[list[Command], list[str]]:
    """The commands among the lines, and the others; a bare carriage return ends a line, too."""
    lines = re.split(r"\r\n|\r|\n", text)
    commands = [command for line in lines if (command := command_of(line))]
    return commands, [line for line in lines if line and not command_of(line)]


def test_each_problem_is_an_annotation_at_its_place() -> None:
    commands, log = read(shown(github, MIXED))
    assert [command.name for command in commands] == ["error", "warning", "warning", "notice"]
    assert commands[0] == Command(
        "error",
        {"file": "specs/x.yaml", "line": "5", "col": "9", "title": "convcost CC303"},
        "macs must be at most 570M, but is 572.1 M: 2.1 M more\nnote: what weighs most: conv1 300.0 M (52.4 %)",
    )
    assert commands[2].properties == {"file": "convcost.lock.json", "title": "convcost CC409"}
    assert log == [
        "convcost check: failed with 1 error, 2 warnings, 1 piece of advice; 4 of 5 demands hold in 3 specs, 1 variant"
    ]


def test_what_holds_makes_no_annotation() -> None:
    assert read(shown(github, GOOD)) == ([], ["convcost check: passed; 2 demands hold in 1 spec"])


@pytest.mark.parametrize(
    ("severity", "name", "more"),
    [
        ("error", "error", "+ 3 more errors, see the job summary"),
        ("warning", "warning", "+ 3 more warnings, see the job summary"),
        ("advice", "notice", "+ 3 more pieces of advice, see the job summary"),
    ],
)
def test_more_than_github_takes_are_counted(severity: str, name: str, more: str) -> None:
    commands, log = read(shown(github, many(13, severity)))
    assert [command.name for command in commands] == [name] * 10
    assert log[0] == more
    commands, log = read(shown(github, many(10, severity)))
    assert (len(commands), len(log)) == (10, 1)


@pytest.mark.parametrize("text", ["100%", "%0A", "%25", "a\r\nb", "::error::x", "a:b,c=d", RUDE])
def test_what_is_escaped_comes_back_as_it_was(text: str) -> None:
    assert command_of(f"::error title={github.escape_property(text)}::{github.escape_data(text)}") == Command(
        "error", {"title": text}, text
    )


def test_the_rules_of_escaping_are_githubs() -> None:
    assert github.escape_data("%\r\n:,") == "%25%0D%0A:,"
    assert github.escape_property("%\r\n:,") == "%25%0D%0A%3A%2C"


def test_a_path_is_relative_to_where_the_check_ran() -> None:
    problem = Problem(Location("./specs/../specs/a,b:c.yaml", 1, 1), "CC001", "no")
    assert (
        github.annotation("error", problem) == "::error file=specs/a%2Cb%3Ac.yaml,line=1,col=1,title=convcost CC001::no"
    )


def test_a_problem_without_a_file_has_none() -> None:
    assert github.annotation("error", Problem(Location(""), "CC001", "no")) == "::error title=convcost CC001::no"


def test_nothing_from_a_spec_is_a_command_of_its_own() -> None:
    text = shown(github, rude())
    commands, log = read(text)
    assert [command.name for command in commands] == ["error", "warning", "notice"]
    assert {command.properties["title"] for command in commands} == {"convcost CC303"}
    assert all(line.isprintable() for line in text.split("\n"))
    assert len(log) == 1
    assert "::" not in log[0]


def test_the_runner_above_finds_what_is_not_escaped() -> None:
    commands, _ = read(f"note: {RUDE}")
    assert [command.name for command in commands] == ["warning"]
    assert read("a ##[error]z")[0] == [Command("error", {}, "z")]


# The job summary --------------------------------------------------------------------------------------------


def test_the_summary_has_all_the_problems() -> None:
    text = github.job_summary(many(1000))
    assert text.count("**error** CC303") == 1000
    assert "left out" not in text


def test_the_summary_stays_below_what_github_takes() -> None:
    problems = many(4000, message="é" * 200).specs[0].problems
    specs = [Checked(f"specs/{'long' * 10}/{i}.yaml", None, notes=("it is new",)) for i in range(9000)]
    text = github.job_summary(CheckReport(specs, problems))
    assert 700_000 < len(text.encode()) < 900_000
    for noun, written, all_of_them in (
        ("problem", text.count("**error** CC303"), 4000),
        ("spec", len(re.findall(r"^\| <code>", text, re.M)), 9000),
        ("note", text.count(": it is new"), 9000),
    ):
        assert 0 < written < all_of_them
        assert f"\n{all_of_them - written:,} more {noun}s left out: too many for a summary.\n" in text


def test_a_problem_larger_than_the_summary_is_counted() -> None:
    text = github.job_summary(many(1, message="x" * 1_000_000))
    assert text.endswith("\n1 more problem left out: too many for a summary.\n")
