"""Where tools are told to look."""

from __future__ import annotations

import ntpath
import os
from typing import TYPE_CHECKING

from convcost.errors import Location, Problem
from convcost.render.formats.core.places import fingerprints, line, relative

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_an_absolute_path_is_told_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert relative(str(tmp_path / "specs" / "x.yaml")) == "specs/x.yaml"
    assert relative(str(tmp_path.parent / "x.yaml")) == "../x.yaml"
    assert (relative("<stdin>"), relative("")) == ("<stdin>", "")


def test_a_path_of_windows_has_forward_slashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sep", ntpath.sep)
    monkeypatch.setattr(os, "path", ntpath)
    monkeypatch.setattr(ntpath, "relpath", ntpath.normpath)
    assert relative(r".\specs\x.yaml") == "specs/x.yaml"


def test_a_path_on_another_drive_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def other_drive(path: str) -> str:
        raise ValueError(f"path is on mount {path}")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    assert relative("./specs/x.yaml") == "specs/x.yaml"


def test_a_file_as_a_whole_is_at_its_first_line() -> None:
    assert [line(Problem(Location("a.yaml", at), "CC001", "no")) for at in (0, 1, 7)] == [1, 1, 7]


def test_each_problem_has_one_fingerprint() -> None:
    problem = Problem(Location("a.yaml", 1), "CC001", "no")
    assert len(set(fingerprints([problem] * 3))) == 3
