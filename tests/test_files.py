"""Files are there whole or not at all; what is no file is left what it is."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from threading import Thread

import pytest

from convcost import files
from convcost.files import check_writable, whole, write_text


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_pipe_stays_a_pipe() -> None:
    os.mkfifo("pipe")
    found: list[str] = []
    reader = Thread(target=lambda: found.append(Path("pipe").read_text(encoding="utf-8")))
    reader.start()
    check_writable("pipe")
    write_text("pipe", "ä\n")
    reader.join(timeout=10)
    assert found == ["ä\n"]
    assert Path("pipe").is_fifo()
    assert os.listdir() == ["pipe"]


def test_a_pipe_that_nobody_reads_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo("pipe")
    monkeypatch.setattr(files, "PATIENCE", 0.1)
    with pytest.raises(OSError, match=r"^\[Errno 6\] Nobody reads from this pipe: 'pipe'$"):
        write_text("pipe", "x")


def test_a_pipe_has_time_to_be_opened() -> None:
    os.mkfifo("pipe")
    found: list[str] = []
    reader = Thread(target=lambda: (time.sleep(0.2), found.append(Path("pipe").read_text(encoding="utf-8"))))
    reader.start()
    write_text("pipe", "late")
    reader.join(timeout=10)
    assert found == ["late"]


def test_a_link_leads_to_the_file_that_is_replaced() -> None:
    Path("file").write_text("old", encoding="utf-8")
    os.symlink("file", "link")
    os.symlink("not_yet", "dangling")
    write_text("link", "new")
    write_text("dangling", "too")
    assert Path("link").is_symlink()
    assert Path("dangling").is_symlink()
    assert [Path(name).read_text(encoding="utf-8") for name in ("file", "not_yet")] == ["new", "too"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere/y.npz", "[Errno 2] No such file or directory: 'nowhere/y.npz'"),
        ("nowhere/", "[Errno 2] No such file or directory: 'nowhere/'"),
        ("folder", "[Errno 21] Is a directory: 'folder'"),
        ("folder/", "[Errno 21] Is a directory: 'folder/'"),
        ("file/y.npz", "[Errno 20] Not a directory: 'file/y.npz'"),
        ("", "[Errno 2] No such file or directory: ''"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(path: str, sentence: str) -> None:
    os.mkdir("folder")
    Path("file").touch()
    with pytest.raises(OSError, match=f"^{re.escape(sentence)}$"):
        check_writable(path)
    with pytest.raises(OSError, match=f"{re.escape(repr(path))}$"):
        write_text(path, "text")
    assert sorted(os.listdir()) == ["file", "folder"]


def test_a_place_that_can_be_written_is_left_as_it_was() -> None:
    Path("old").write_text("old", encoding="utf-8")
    check_writable("old")
    check_writable("new")
    assert os.listdir() == ["old"]
    assert Path("old").read_text(encoding="utf-8") == "old"


def test_an_error_of_another_file_keeps_its_name() -> None:
    with pytest.raises(FileNotFoundError, match=r"'another'$"), whole("file"):
        Path("another").read_bytes()
    assert os.listdir() == []
