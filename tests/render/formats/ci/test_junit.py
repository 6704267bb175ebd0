"""JUnit's XML as Jenkins and GitLab read it."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from convcost.check.report import Checked, CheckReport
from convcost.errors import Location, Problem
from convcost.render.formats.ci import junit
from tests.render.reports import EMPTY, EXCEEDED, GOOD, MIXED, RUDE, WARNED, many, rude, shown, verdict


def parsed(found: CheckReport) -> ElementTree.Element:
    return ElementTree.fromstring(shown(junit, found).encode("ascii"))  # noqa: S314 (our own text)


class Read(NamedTuple):
    """A test as GitLab shows it: it knows a test by class and name, and of equal ones keeps the first."""

    suite: str
    name: str
    status: str
    output: str
    file: str | None


def gitlab(found: CheckReport) -> list[Read]:
    tests: dict[tuple[str, str], Read] = {}
    for case in parsed(found).iter("testcase"):
        classname, name = case.attrib["classname"], case.attrib["name"]
        failure, out = case.find("failure"), case.find("system-out")
        status = "success" if failure is None else "failed"
        shown_first = next((e.text or "" for e in (failure, out) if e is not None), "")
        tests.setdefault((classname, name), Read(classname, name, status, shown_first, case.get("file")))
    return list(tests.values())


def jenkins(found: CheckReport) -> dict[str, list[str]]:
    """Packages with the full names of their tests: what stands before the last point of a class is its package."""
    result: dict[str, list[str]] = {}
    for suite in parsed(found).iter("testsuite"):
        for case in suite.iter("testcase"):
            package, point, _ = case.attrib["classname"].rpartition(".")
            full = f"{case.attrib['classname']}.{case.attrib['name']}"
            result.setdefault(package if point else "(root)", []).append(full)
    return result


def test_every_demand_is_a_test_of_its_spec() -> None:
    root = parsed(MIXED)
    assert [suite.attrib["name"] for suite in root] == [
        "specs/ok.yaml",
        "specs/x.yaml",
        "specs/new.yaml@wide",
        "convcost",
    ]
    assert [(suite.attrib["tests"], suite.attrib["failures"]) for suite in root] == [
        ("2", "0"), ("4", "1"), ("1", "0"), ("1", "0"),
    ]  # fmt: skip
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("8", "1", "0")
    assert [case.attrib["name"] for case in root[1]] == [
        "budget: macs max 570M", "budget: params max 570M", "budget: macs of conv1 max 570M", "CC403",
    ]  # fmt: skip


def test_a_demand_that_does_not_hold_fails_with_its_sentence() -> None:
    case = parsed(MIXED)[1][0]
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib == {"message": EXCEEDED.message, "type": "CC303"}
    assert failure.text == (
        "specs/x.yaml:5:9: error[CC303]: macs must be at most 570M, but is 572.1 M: 2.1 M more\n"
        "    5 |   macs: 570M\n      |         ^\nnote: what weighs most: conv1 300.0 M (52.4 %)"
    )
    assert case.attrib["line"] == "5"


def test_a_warning_passes_and_is_told() -> None:
    case = parsed(MIXED)[1][1]
    assert case.find("failure") is None
    assert (case.findtext("system-out") or "").startswith("specs/x.yaml:6:21: warning[CC303]: params should")


@pytest.mark.parametrize(("fail_on", "failures"), [("error", "1"), ("warning", "3"), ("advice", "4"), (None, "1")])
def test_what_makes_the_answer_no_is_a_failure(fail_on: str | None, failures: str) -> None:
    assert parsed(MIXED.replace(fail_on=fail_on)).attrib["failures"] == failures


def test_gitlab_keeps_every_test_and_finds_its_file() -> None:
    twice = Checked("a.yaml", None, (), (verdict(), verdict(location=WARNED.location)))
    tests = gitlab(CheckReport([twice, *MIXED.specs]))
    assert len(tests) == 9
    assert [test.name for test in tests[:2]] == ["budget: macs max 570M", "budget: macs max 570M (2)"]
    assert [test.file for test in tests] == ["a.yaml"] * 2 + ["specs/ok.yaml"] * 2 + ["specs/x.yaml"] * 4 + [
        "specs/new.yaml"
    ]
    assert [test.status for test in tests].count("failed") == 1
    assert next(test for test in tests if test.status == "failed").suite == "specs.x"


def test_jenkins_finds_a_package_per_folder() -> None:
    assert jenkins(MIXED) == {
        "specs": [
            "specs.ok.budget: macs max 570M", "specs.ok.budget: macs of conv1 max 570M",
            "specs.x.budget: macs max 570M", "specs.x.budget: params max 570M", "specs.x.budget: macs of conv1 max 570M",
            "specs.x.CC403", "specs.new@wide.no mistakes",
        ],
        "(root)": ["convcost.CC409"],
    }  # fmt: skip


def test_a_mistake_without_a_demand_is_a_test_of_its_own() -> None:
    mistake = Problem(Location("a.yaml", 3, 1), "CC103", "groups=3 must divide 64", layer="conv1")
    (case,) = parsed(CheckReport([Checked("a.yaml", None, (mistake,))])).iter("testcase")
    failure = case.find("failure")
    assert failure is not None
    assert (case.attrib["name"], failure.attrib["type"]) == ("CC103 conv1", "CC103")


def test_a_run_over_nothing_is_a_document_without_tests() -> None:
    assert (parsed(EMPTY).attrib["tests"], len(parsed(EMPTY))) == ("0", 0)
    assert parsed(GOOD).attrib["failures"] == "0"


def test_many_mistakes_of_one_kind_are_told_apart() -> None:
    assert len(gitlab(many(30))) == 30


def test_nothing_from_a_spec_is_markup_or_forbidden_in_xml() -> None:
    text = shown(junit, rude())
    assert "<script" not in text
    assert "]]>" not in text
    root = parsed(rude())
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "system-out"}
    failure = next(root.iter("failure"))
    visible = RUDE.encode("unicode_escape").decode()
    assert failure.attrib["message"] == visible
    assert visible in (failure.text or "")


@pytest.mark.parametrize("sign", ["\0", "\x0b", "\ufffe", "\ud800", "\x85"])
def test_what_xml_forbids_is_made_visible(sign: str) -> None:
    found = CheckReport([], (Problem(Location(f"{sign}.yaml"), "CC001", f"a{sign}b"),))
    (failure,) = parsed(found).iter("failure")
    assert failure.attrib["message"] == f"a{sign.encode('unicode_escape').decode()}b"
