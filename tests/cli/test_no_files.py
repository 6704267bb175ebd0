"""What is named as a file and is none gets a sentence at once, whichever command it is named to."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convcost.project.lock import LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]

SPEC = "input: [3, 8, 8]\nlayers: [relu]\n"
KINDS = {
    "pipe": "is a named pipe, not",
    "folder": "is a directory, not",
    "socket": "is a socket, not",
    os.devnull: "is a device, not",
    "binary": "is binary data, not",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC, encoding="utf-8")
    os.mkfifo("pipe")
    Path("folder").mkdir()
    Path("binary").write_bytes(b"\x7fELF\0")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        yield


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "X"),
        ("analyze", "X@small"),
        ("compare", "net.yaml", "X"),
        ("rf", "X"),
        ("verify", "X"),
        ("diff", "X", "net.yaml"),
        ("diff", "net.yaml", "X"),
        ("check", "net.yaml", "--baseline", "X"),
    ],
)
def test_a_spec_that_is_none(kind: str, words: tuple[str, ...], convcost: Run) -> None:
    answer = convcost(*[word.replace("X", kind) for word in words])
    assert answer == (2, "", f"convcost: {kind} {KINDS[kind]} a spec\n")


@pytest.mark.parametrize("kind", ["pipe", "socket", os.devnull, "binary"])
def test_a_spec_that_is_judged_and_is_none(kind: str, convcost: Run) -> None:
    answer = convcost("check", "net.yaml", kind)
    assert answer.code == 2
    assert "net.yaml: ok" in answer.out
    assert f"error[CC011]: {kind} {KINDS[kind]} a spec\n" in answer.out
    assert convcost("lock", kind) == (2, "", f"convcost: {kind} {KINDS[kind]} a spec\n")
    answer = convcost("check", kind, "--only-specs")
    assert answer.code == (0 if kind == "binary" else 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["check", "lock"])
def test_a_lock_file_that_is_none(kind: str, command: str, convcost: Run) -> None:
    os.symlink(kind, LOCK)
    assert convcost(command, "net.yaml") == (2, "", f"convcost: {LOCK} {KINDS[kind]} a lock file\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_json_baseline_that_is_none(kind: str, convcost: Run) -> None:
    os.symlink(kind, "old.json")
    answer = convcost("check", "net.yaml", "--baseline", "old.json")
    assert answer == (2, "", f"convcost: old.json {KINDS[kind]} a JSON document\n")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "folder"])
@pytest.mark.parametrize("name", ["convcost.toml", "pyproject.toml"])
def test_a_configuration_that_is_none(kind: str, name: str, convcost: Run) -> None:
    os.symlink(kind, name)
    answer = convcost("check", "net.yaml")
    if (kind, name) == ("binary", "pyproject.toml"):
        assert answer.code == 0  # it has no word of convcost, so it is another's
    else:
        assert answer == (2, "", f"convcost: {name} {KINDS[kind]} a configuration\n")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("pipe", "[Errno 6] Nobody reads from this pipe: 'pipe'"),
        ("folder", "[Errno 21] Is a directory: 'folder'"),
        ("socket", "[Errno 6] No such device or address: 'socket'"),
    ],
)
def test_an_output_that_takes_nothing(file: str, said: str, convcost: Run) -> None:
    answer = convcost("check", "net.yaml", "-o", f"json={file}")
    assert (answer.code, answer.err) == (2, f"convcost: cannot read or write: {said}\n")
