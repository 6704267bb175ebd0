"""What GitLab's Code Quality reads: the fields its documentation asks for."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from convcost.check.report import Checked, CheckReport
from convcost.errors import Location, Problem
from convcost.render.formats.ci import gitlab
from tests.render.reports import EMPTY, EXCEEDED, MIXED, many, rude, shown


def entries(found: CheckReport) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = json.loads(shown(gitlab, found))
    return result


def fingerprint(problem: Problem) -> str:
    (entry,) = entries(CheckReport([], (problem,)))
    return str(entry["fingerprint"])


@pytest.mark.parametrize("found", [MIXED, rude(), many(30)])
def test_every_entry_has_what_gitlab_asks_for(found: CheckReport) -> None:
    result = entries(found)
    assert len(result) == len(found.all_problems())
    for entry in result:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["description"]
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not entry["location"]["path"].startswith(("./", "/"))
        assert entry["location"]["lines"]["begin"] >= 1
        assert re.fullmatch("[0-9a-f]{64}", entry["fingerprint"])
    assert len({entry["fingerprint"] for entry in result}) == len(result)


def test_an_entry_tells_what_where_and_how_grave() -> None:
    first, *_, last = entries(MIXED)
    assert (first["description"], first["check_name"], first["severity"], first["location"]) == (
        "macs must be at most 570M, but is 572.1 M: 2.1 M more",
        "CC303",
        "major",
        {"path": "specs/x.yaml", "lines": {"begin": 5}},
    )
    assert [entry["severity"] for entry in entries(MIXED)] == ["major", "minor", "info", "minor"]
    assert last["location"] == {"path": "convcost.lock.json", "lines": {"begin": 1}}


def test_nothing_found_is_an_empty_list() -> None:
    assert shown(gitlab, EMPTY) == "[]\n"


@pytest.mark.parametrize(
    "later",
    [
        EXCEEDED.replace(location=Location("specs/x.yaml", 50, 3, "    macs: 570M")),
        EXCEEDED.replace(location=EXCEEDED.location._replace(path="./specs/x.yaml")),
        EXCEEDED.replace(message="macs must be at most 570M, but is 1.103 G: 533.1 M more"),
        EXCEEDED.replace(message="macs must be at most 570M, but is 570,000,001: 1 more"),
        EXCEEDED.replace(notes=()),
        EXCEEDED.replace(message="macs must be at most 600M, but is 2 kB: <0.1 % more"),
    ],
)
def test_a_fingerprint_survives_edits_and_other_figures(later: Problem) -> None:
    assert fingerprint(later) == fingerprint(EXCEEDED)


@pytest.mark.parametrize(
    "other",
    [
        EXCEEDED.replace(location=EXCEEDED.location._replace(path="specs/y.yaml")),
        EXCEEDED.replace(code="CC304"),
        EXCEEDED.replace(layer="conv1"),
        EXCEEDED.replace(message="macs of conv1 must be at most 570M, but is 572.1 M: 2.1 M more"),
    ],
)
def test_another_problem_has_another_fingerprint(other: Problem) -> None:
    assert fingerprint(other) != fingerprint(EXCEEDED)


def test_the_number_in_a_name_is_no_figure() -> None:
    one, two = (EXCEEDED.replace(message=f"macs of conv{n} must be at most 5M, but is 7M") for n in (1, 2))
    assert fingerprint(one) != fingerprint(two)


def test_equal_problems_at_two_places_are_told_apart() -> None:
    again = EXCEEDED.replace(location=EXCEEDED.location._replace(line=9))
    first, second = entries(CheckReport([Checked("specs/x.yaml", None, (EXCEEDED, again))]))
    assert first["fingerprint"] == fingerprint(EXCEEDED) != second["fingerprint"]


def test_nothing_from_a_spec_is_written_as_it_is() -> None:
    text = shown(gitlab, rude())
    assert text.isascii()
    assert r"\\x1b[31m" in text
    assert all(entry["description"].isprintable() for entry in json.loads(text))
