"""Specs that once passed the gate by mistake, or spoke to the machine that runs it; each is a file beside this one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from convcost.cli.main import main
from convcost.project.lock import LOCK
from tests.project.repository import APART, commit, git

HERE = Path(__file__).parent
NEW = "gate_new_not_in_ref.yaml"


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in APART.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(HERE.parent.parent))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def convcost(*words: str) -> Answer:
    run = subprocess.run(
        [sys.executable, "-m", "convcost", *words], capture_output=True, text=True, timeout=60, check=False
    )
    return Answer(run.returncode, run.stdout, run.stderr)


@pytest.fixture
def grown(folder: Path) -> Path:
    """A repository in which the spec was smaller at the last commit: 8 channels, not 80."""
    shutil.copy(HERE / NEW, folder)
    text = (folder / NEW).read_text(encoding="utf-8")
    commit(folder, {NEW: text.replace("80", "8")})
    (folder / NEW).write_text(text, encoding="utf-8")
    return folder


def test_a_spec_that_has_grown_fails(grown: Path) -> None:
    # by hand: 80 x (27 + 1) = 2,240 where 8 x (27 + 1) = 224 were
    answer = convcost("check", NEW, "--baseline", "git:HEAD")
    assert answer.code == 1
    assert "grew from 224 to 2,240" in answer.out


def test_what_excludes_a_commit_is_no_baseline(grown: Path) -> None:
    sentence = "convcost: git: must be followed by a branch, tag or commit, but '^HEAD' is none\n"
    assert convcost("check", NEW, "--baseline", "git:^HEAD") == (2, "", sentence)
    assert convcost("diff", "git:^HEAD", NEW) == (2, "", sentence)


def test_a_missing_object_is_no_new_file(grown: Path) -> None:
    blob = git(grown, "rev-parse", f"HEAD:{NEW}")
    os.remove(grown / ".git" / "objects" / blob[:2] / blob[2:])
    lack = "its object is missing from this repository; `git fetch --refetch` may bring it"
    sentence = f"convcost: git cannot read {NEW} at HEAD: {lack}\n"
    assert convcost("check", NEW, "--baseline", "git:HEAD") == (2, "", sentence)
    assert convcost("diff", "git:HEAD", NEW) == (2, "", sentence)


def test_eight_at_once_lock_eight_specs(folder: Path) -> None:
    names = [f"{i}.yaml" for i in range(8)]
    for name in names:
        shutil.copy(HERE / NEW, folder / name)
    words = [sys.executable, "-m", "convcost", "lock"]
    running = [subprocess.Popen([*words, name], stderr=subprocess.DEVNULL) for name in names]
    assert [process.wait(60) for process in running] == [0] * 8
    entries = json.loads((folder / LOCK).read_text(encoding="utf-8"))["specs"]
    assert [entry["path"] for entry in entries] == names
    assert sorted(os.listdir()) == [*names, LOCK]


# What a line of a log may not hold under GITHUB_ACTIONS: the runner would obey it. ------------------------------

LOUD = "csv_github_command.yaml"
SHOWN = ("text", "json", "markdown", "csv")
SAID = [
    *[(*words, "--format", style) for style in SHOWN for words in [
        ("analyze", "X", "X@b"), ("analyze", "X", "--sort", "macs"),
        ("compare", "X"), ("compare", "X", "--layers"), ("compare", "X@C", "X@b"), ("compare", "X", "--baseline", "C"),
        ("rf", "X", "X@b"), ("rf", "X", "--tile", "8"), ("rf", "X", "--grow"), ("rf", "X", "--need", "99"),
        ("verify", "X"), ("diff", "X", "X@b"), ("diff", "X", "Y", "--all"), ("compare", "X", "Y"), ("analyze", "C"),
        ("analyze", "-e", "[C]", "--input", "3x8x8"),
        ("analyze", "X", "--variant", "C2"), ("rf", "X@C2"), ("compare", "X", "--baseline", "C2"),
    ]],
    *[("check", "X", "Y", "--advice", "--baseline", "Y", "--format", style)
      for style in ("text", "json", "gitlab", "sarif", "junit", "markdown")],
    ("check", "C"), ("check", "--show-config"), ("lock", "X"), ("explain", "C"), ("specs", "C"), ("C",),
]  # fmt: skip


@pytest.mark.parametrize("command", ["##[error]x", "::error::x", "  ::error::x"])
def test_no_name_becomes_a_command(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (HERE / LOUD).read_text(encoding="utf-8").replace("##[error]x", command)
    for path in (folder / "X", folder / "Y", folder / command.strip()):
        path.write_text(text, encoding="utf-8")
        text = text.replace("out: 4", "out: 5")
    Path("convcost.toml").write_text(f"paths = ['{command}']\nbudgets = {{params = 1}}\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    obeyed, told = [], []
    for words in SAID:
        main([word.replace("C", command) for word in words])
        out, err = capsys.readouterr()
        lines = [*out.split("\n"), *err.split("\n")]
        others = [line for line in lines if not re.match("::(error|warning|notice) file=", line)]  # annotations of ours
        obeyed += [(words, line) for line in others if "##[" in line or line.lstrip().startswith("::")]
        told.append(bool(out or err))
    assert obeyed == []
    assert all(told)
