"""What programs read."""

from __future__ import annotations

import json

from convcost.check.report import CheckReport
from convcost.render.formats import json as json_format
from tests.render.reports import EMPTY, HELD, MIXED, RUDE, rude, shown, verdict


def test_the_document_has_the_promised_keys() -> None:
    document = json.loads(shown(json_format, MIXED))
    assert list(document) == ["schema", "ok", "specs", "problems"]
    assert (document["schema"], document["ok"]) == ("convcost.check/1", False)
    held, failed, new = document["specs"]
    assert list(held) == ["path", "variant", "problems", "budgets", "figures", "baseline", "changes", "notes"]
    assert (held["path"], held["variant"], new["variant"]) == ("specs/ok.yaml", None, "wide")
    assert failed["problems"][0] == {
        "code": "CC303", "severity": "error", "message": "macs must be at most 570M, but is 572.1 M: 2.1 M more",
        "path": "specs/x.yaml", "line": 5, "column": 9,
    }  # fmt: skip
    assert [problem["severity"] for problem in failed["problems"]] == ["error", "warning", "advice"]
    assert failed["budgets"][0] == {
        "kind": "budget", "metric": "macs", "of": None, "value": 572_140_352, "limit": "max 570M", "status": "error",
    }  # fmt: skip
    assert failed["changes"][0] == {"metric": "macs", "before": 568_740_352, "now": 572_140_352}
    assert (held["baseline"], failed["baseline"]) == (None, "git:origin/main")
    assert failed["figures"] == {"params": 4_231_976, "macs": 572_140_352, "peak_activation_bytes": 4_816_896}
    assert new["notes"] == ["it is new: git:origin/main has no such spec"]
    assert document["problems"] == [
        {
            "code": "CC409", "severity": "warning", "message": "the lock has specs/gone.yaml, but there is none",
            "path": "convcost.lock.json", "line": 0, "column": 0,
        }
    ]  # fmt: skip


def test_sizes_are_lists_and_a_missing_figure_is_null() -> None:
    values = ((3, 5), "whole", None)
    spec = HELD.replace(verdicts=tuple(verdict().replace(value=value) for value in values))
    (document,) = json.loads(shown(json_format, CheckReport([spec])))["specs"]
    assert [budget["value"] for budget in document["budgets"]] == [[3, 5], "whole", None]


def test_nothing_found_is_a_document_too() -> None:
    document = json.loads(shown(json_format, EMPTY))
    assert document == {"schema": "convcost.check/1", "ok": True, "specs": [], "problems": []}


def test_a_spec_takes_one_line_so_that_a_difference_is_small() -> None:
    assert sum('"path": "specs/' in line for line in shown(json_format, MIXED).splitlines()) == 3


def test_names_come_back_as_they_were_and_are_written_in_ascii() -> None:
    text = shown(json_format, rude())
    assert text.isascii()
    assert all(line.isprintable() for line in text.split("\n"))
    spec = json.loads(text)["specs"][0]
    assert (spec["path"], spec["problems"][0]["message"], spec["budgets"][0]["of"]) == (RUDE, RUDE, RUDE)
