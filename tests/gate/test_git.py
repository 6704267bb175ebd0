from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from convcost.errors import UsageError
from convcost.gate.git import Revision
from tests.gate.repository import APART, commit, count_git, git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in APART.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    commit(folder, {"a.yaml": "old", "nets/b.yaml": "b"})
    monkeypatch.chdir(folder)
    return folder


def complaint(ref: str) -> str:
    with pytest.raises(UsageError) as caught:
        Revision(ref)
    return str(caught.value)


def test_files_are_read_as_they_were(repository: Path) -> None:
    commit(repository, {"a.yaml": "new", "c.yaml": "c"})
    (repository / "a.yaml").write_text("not committed", encoding="utf-8")
    paths = ("a.yaml", "c.yaml", "./nets/b.yaml", str(repository / "a.yaml"))
    assert Revision("HEAD~1").read(paths) == {
        "a.yaml": b"old", "c.yaml": None, "./nets/b.yaml": b"b", str(repository / "a.yaml"): b"old",
    }  # fmt: skip
    assert Revision("main").read(["a.yaml"]) == {"a.yaml": b"new"}


def test_any_name_of_a_commit_will_do(repository: Path) -> None:
    git(repository, "tag", "-a", "v1", "-m", "x")
    git(repository, "branch", "feature/x")
    for ref in ("v1", "feature/x", "HEAD^{}", git(repository, "rev-parse", "--short", "HEAD")):
        assert Revision(ref).read(["a.yaml"]) == {"a.yaml": b"old"}
    assert complaint("HEAD:a.yaml") == "this repository has no commit HEAD:a.yaml"  # a file is none


def test_names_may_hold_anything_but_line_breaks(repository: Path) -> None:
    names = ["a b.yaml", "ä ß.yaml", "模型.yaml", "x blob 3", "x missing", "HEAD:y", '"q"', "-z", "*.yaml", "t\tt"]
    commit(repository, {name: f"in {name}" for name in names})
    assert Revision("HEAD").read(names) == {name: f"in {name}".encode() for name in names}
    commit(repository, {"two\nlines": "x", "return\r": "x", "return": "y"})
    found = Revision("HEAD").read(["two\nlines", "return\r", "a.yaml", "nul\0"])
    assert found == {"two\nlines": None, "return\r": None, "a.yaml": b"old", "nul\0": None}


def test_paths_are_those_of_the_working_directory(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repository, {"a b/c/d.yaml": "deep", "a b/a.yaml": "another a"})
    monkeypatch.chdir(repository / "a b" / "c")
    paths = ("d.yaml", "../a.yaml", "../../a.yaml", "a.yaml", "../../../a.yaml", "/a.yaml")
    assert list(Revision("HEAD").read(paths).values()) == [b"deep", b"another a", b"old", None, None, None]


def test_what_lies_outside_is_absent_and_hides_nothing(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("x", encoding="utf-8")
    assert Revision("HEAD").read(["../outside.yaml", "a.yaml"]) == {"../outside.yaml": None, "a.yaml": b"old"}
    assert Revision("HEAD").read(["../outside.yaml"]) == {"../outside.yaml": None}


def test_folders_and_submodules_are_no_files(repository: Path) -> None:
    assert Revision("HEAD").read(["nets", ".", "a.yaml"]) == {"nets": None, ".": None, "a.yaml": b"old"}


def test_links_lead_to_the_file_they_name(repository: Path) -> None:
    (repository / "link.yaml").symlink_to("nets/b.yaml")
    (repository / "folder").symlink_to("nets")
    commit(repository, {})
    assert Revision("HEAD").read(["link.yaml", "folder/b.yaml"]) == {"link.yaml": b"b", "folder/b.yaml": b"b"}


def test_bytes_come_as_they_are(repository: Path) -> None:
    large = b"".join(b"%d\r\n\0\xff" % i for i in range(120_000))
    assert len(large) > 1_000_000
    commit(repository, {"large": large, "empty": "", "breaks": "\n\n"})
    assert Revision("HEAD").read(["empty", "large", "breaks", "a.yaml"]) == {
        "empty": b"", "large": large, "breaks": b"\n\n", "a.yaml": b"old",
    }  # fmt: skip


def test_many_files_cost_two_processes(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {f"nets/{i}.yaml": f"spec {i}" * 100 for i in range(2000)}
    commit(repository, {**names})
    seen = count_git(tmp_path / "counting", monkeypatch)
    found = Revision("HEAD").read([*names, *(f"absent/{i}" for i in range(2000))])
    assert [found[name] for name in names] == [text.encode() for text in names.values()]
    assert seen.read_text(encoding="utf-8").split() == ["rev-parse", "cat-file"]


def test_nothing_to_read_costs_no_second_process(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_git(tmp_path / "counting", monkeypatch)
    assert Revision("HEAD").read([]) == {}
    assert seen.read_text(encoding="utf-8").split() == ["rev-parse"]


def test_an_unknown_commit_is_named(repository: Path) -> None:
    assert complaint("nowhere") == "this repository has no commit nowhere"
    assert complaint("x" * 1000) == f"this repository has no commit {'x' * 60}"


def test_a_shallow_clone_is_told_of(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repository, {"a.yaml": "new"})
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    assert Revision("HEAD").read(["a.yaml"]) == {"a.yaml": b"new"}
    assert complaint("HEAD~1") == (
        "this repository has no commit HEAD~1; it is a shallow clone: check out with `fetch-depth: 0`,"
        " or run `git fetch --unshallow`"
    )


def test_a_repository_without_commits_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q", "empty")
    monkeypatch.chdir(tmp_path / "empty")
    assert complaint("HEAD") == "this repository has no commit HEAD"


@pytest.mark.parametrize("ref", ["", " ", "-x", "--upload-pack=x", "--all", "a\0b"])
def test_what_could_be_an_option_never_reaches_git(
    ref: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_git(tmp_path / "counting", monkeypatch)
    assert complaint(ref) == f"git: must be followed by a branch, tag or commit, but {ref!r} is none"
    assert seen.read_text(encoding="utf-8") == ""


def test_no_shell_reads_a_ref(repository: Path) -> None:
    assert complaint("$(touch made)") == "this repository has no commit $(touch made)"
    assert complaint("x; touch made") == "this repository has no commit x; touch made"
    assert not (repository / "made").exists()


def test_there_must_be_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(tmp_path / "bare")
    assert complaint("main") == "git:main needs a git repository, but the working directory lies in none"


@pytest.mark.parametrize("path", [os.devnull, "."])
def test_there_must_be_git(path: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path)
    assert complaint("main") == "git: needs git, but there is no such program on the PATH"


def test_what_else_git_says_is_passed_on(repository: Path) -> None:
    (repository / ".git" / "config").write_text("[core\n", encoding="utf-8")
    assert complaint("main") == "git cannot resolve main: bad config line 1 in file .git/config"


def test_a_damaged_repository_is_told_of(repository: Path) -> None:
    revision = Revision("HEAD")
    blob = git(repository, "rev-parse", "HEAD:a.yaml")
    path = repository / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    with pytest.raises(UsageError, match=r"^git cannot read the files of HEAD: "):
        revision.read(["a.yaml"])
