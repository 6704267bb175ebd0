"""SARIF against OASIS's schema, and against what the schema does not say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from jsonschema import Draft4Validator

from convcost.check.report import CheckReport
from convcost.errors import Location, Note, Problem
from convcost.render.formats.ci import sarif
from tests.render.reports import EMPTY, EXCEEDED, GOOD, MIXED, many, rude, shown

SCHEMA = Path(__file__).parents[3] / "data" / "schemas" / "sarif-schema-2.1.0.json"


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def run_of(found: CheckReport) -> dict[str, Any]:
    (run,) = json.loads(shown(sarif, found))["runs"]
    assert isinstance(run, dict)
    return run


def result_of(problem: Problem) -> dict[str, Any]:
    (result,) = run_of(CheckReport([], (problem,)))["results"]
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize("found", [EMPTY, GOOD, MIXED, rude(), many(20, "advice")])
def test_the_schema_agrees(validator: Draft4Validator, found: CheckReport) -> None:
    document = json.loads(shown(sarif, found))
    assert [error.message for error in validator.iter_errors(document)] == []
    assert document["$schema"] == json.loads(SCHEMA.read_text(encoding="utf-8"))["id"]
    assert document["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("key", "value"), [("level", "fatal"), ("locations", [{"physicalLocation": {}}]), ("message", {}), ("line", 3)]
)
def test_the_schema_finds_a_mistake(validator: Draft4Validator, key: str, value: object) -> None:
    document = json.loads(shown(sarif, MIXED))
    document["runs"][0]["results"][0][key] = value
    assert list(validator.iter_errors(document))


def test_a_result_is_the_problem_at_its_place() -> None:
    results = run_of(MIXED)["results"]
    assert [result["level"] for result in results] == ["error", "warning", "note", "warning"]
    assert results[0]["ruleId"] == "CC303"
    assert results[0]["message"] == {
        "text": "macs must be at most 570M, but is 572.1 M: 2.1 M more\nnote: what weighs most: conv1 300.0 M (52.4 %)"
    }
    assert results[0]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "specs/x.yaml"},
                "region": {"startLine": 5, "startColumn": 9},
            }
        }
    ]
    assert results[3]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 1}


def test_a_result_points_at_its_rule() -> None:
    run = run_of(MIXED)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["CC303", "CC403", "CC409"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert rules[1]["shortDescription"] == {
        "text": "A stride is larger than its window, and nothing else reads the positions between."
    }
    assert rules[1]["help"]["text"].endswith(
        "`convcost explain CC403` shows a spec that raises it and one that does not."
    )


def test_the_tool_has_a_name_and_no_version() -> None:
    driver = run_of(GOOD)["tool"]["driver"]
    assert driver == {"name": "convcost", "rules": []}


def test_fingerprints_survive_an_edit_above_and_are_unique() -> None:
    (before,) = result_of(EXCEEDED)["partialFingerprints"].values()
    (after,) = result_of(EXCEEDED.replace(location=Location("specs/x.yaml", 70, 9)))["partialFingerprints"].values()
    assert before == after
    found = [tuple(result["partialFingerprints"].values()) for result in run_of(many(20))["results"]]
    assert len(set(found)) == 20


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("./specs/x.yaml", "specs/x.yaml"),
        ("a b/100%.yaml", "a%20b/100%25.yaml"),
        ("c:d#e?.yaml", "c%3Ad%23e%3F.yaml"),
        ("né.yaml", "n%C3%A9.yaml"),
        ("\ud800.yaml", "%ED%A0%80.yaml"),
    ],
)
def test_a_uri_is_relative_and_percent_encoded(path: str, uri: str) -> None:
    found = result_of(Problem(Location(path, 1, 1), "CC001", "no"))
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")


def test_braces_and_links_are_text() -> None:
    message = result_of(Problem(Location("a.yaml", 1, 1), "CC001", "{0} is [3, 8] [x](y)"))["message"]["text"]
    assert message == r"{{0}} is [3, 8] [x\](y)"


def test_nothing_from_a_spec_is_written_as_it_is() -> None:
    text = shown(sarif, rude())
    assert text.isascii()
    for result in json.loads(text)["runs"][0]["results"]:
        lines = result["message"]["text"].split("\n")
        assert len(lines) == 2
        assert all(line.isprintable() for line in lines)
        assert "[l](" not in result["message"]["text"]
        assert unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).startswith(
            "::error::x\x1b"
        )


def test_notes_follow_the_sentence_with_their_places() -> None:
    problem = EXCEEDED.replace(message="no", notes=(Note("the first one is here", Location("b.yaml", 3, 4)),))
    assert result_of(problem)["message"]["text"] == "no\nnote: b.yaml:3:4: the first one is here"
