from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from convcost.errors import UsageError
from convcost.project import git as reading
from convcost.project.git import Revision
from tests.project.repository import APART, commit, count_git, git

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
    for name, shown in (("two\nlines", r"two\nlines"), ("return\r", r"return\r")):
        with pytest.raises(UsageError) as caught:
            Revision("HEAD").read(["a.yaml", name])
        assert str(caught.value) == f"git cannot be asked for {shown}: its name has a line break; rename it"
    assert Revision("HEAD").read(["a.yaml", "nul\0"]) == {"a.yaml": b"old", "nul\0": None}


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


@pytest.mark.parametrize("ref", ["", " ", "-x", "--upload-pack=x", "--all", "^HEAD", "^HEAD~1", "a\0b"])
def test_what_could_be_an_option_never_reaches_git(
    ref: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_git(tmp_path / "counting", monkeypatch)
    assert complaint(ref) == f"git: must be followed by a branch, tag or commit, but {ref!r} is none"
    assert seen.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("ref", ["HEAD..HEAD", "HEAD...HEAD", "HEAD~1..", "HEAD^@", "HEAD^!", "HEAD:a.yaml", "HEAD:",
                                 ":a.yaml", ":/x", "HEAD HEAD", "HEAD\nHEAD"])  # fmt: skip
def test_what_is_no_single_commit_is_refused(ref: str, repository: Path) -> None:
    assert complaint(ref) == f"this repository has no commit {ref}"


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


def lose(repository: Path, name: str) -> None:
    """Take an object out of the repository."""
    found = git(repository, "rev-parse", name)
    (repository / ".git" / "objects" / found[:2] / found[2:]).unlink()


@pytest.mark.parametrize(
    ("lost", "path"),
    [
        ("HEAD:a.yaml", "a.yaml"),
        ("HEAD:nets/b.yaml", "nets/b.yaml"),
        ("HEAD:nets", "nets/b.yaml"),
        ("HEAD:nets", "nets/deeper/absent.yaml"),
        ("HEAD^{tree}", "a.yaml"),
        ("HEAD^{tree}", "nets/b.yaml"),
    ],
)
def test_what_the_repository_has_lost_is_not_absent(lost: str, path: str, repository: Path) -> None:
    lose(repository, lost)
    with pytest.raises(UsageError, match=r"^git cannot read ") as caught:
        Revision("HEAD").read(["absent.yaml", path])
    if lost != "HEAD^{tree}":
        lack = "its object is missing from this repository; `git fetch --refetch` may bring it"
        assert str(caught.value) == f"git cannot read {path} at HEAD: {lack}"


def test_what_is_lost_beside_it_does_not_concern_a_file(repository: Path) -> None:
    lose(repository, "HEAD:nets")
    assert Revision("HEAD").read(["a.yaml", "absent.yaml"]) == {"a.yaml": b"old", "absent.yaml": None}


def test_a_lost_file_is_told_of_in_a_folder_below(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(repository, "HEAD:nets/b.yaml")
    monkeypatch.chdir(repository / "nets")
    with pytest.raises(UsageError, match=r"^git cannot read nets/b\.yaml at HEAD: its object is missing"):
        Revision("HEAD").read(["b.yaml"])


def test_a_submodule_knows_its_own_files(repository: Path, tmp_path: Path) -> None:
    commit(tmp_path / "other", {"c.yaml": "c"})
    git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "other"), "sub")
    commit(repository, {})
    with pytest.raises(UsageError) as caught:
        Revision("HEAD").read(["sub/c.yaml", "a.yaml"])
    assert str(caught.value) == "git cannot read sub/c.yaml at HEAD: it lies in a submodule; ask in its folder"
    assert Revision("HEAD~1").read(["sub/c.yaml"]) == {"sub/c.yaml": None}  # not one yet


def test_what_was_a_link_is_followed_as_it_led(repository: Path) -> None:
    for name, target in (("a2.yaml", "nets/b.yaml"), ("gone.yaml", "nowhere"), ("far.yaml", os.devnull)):
        (repository / name).symlink_to(target)
    commit(repository, {})
    for name in ("a2.yaml", "gone.yaml", "far.yaml"):
        (repository / name).unlink()
    assert Revision("HEAD").read(["a2.yaml", "gone.yaml", "far.yaml", "a.yaml/b"]) == {
        "a2.yaml": b"b", "gone.yaml": None, "far.yaml": None, "a.yaml/b": None,
    }  # fmt: skip


def fake_git(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a git on the PATH that does something else."""
    fake = folder / "fake" / "git"
    fake.parent.mkdir()
    fake.write_text(script, encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("script", ["sleep 60", "exec sleep 60", "sleep 60 & sleep 60", "exec >&-; sleep 60",
                                    "trap '' TERM PIPE; while :; do sleep 1; done"])  # fmt: skip
def test_a_git_that_hangs_is_ended(
    script: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reading.PATIENCE < 10
    monkeypatch.setattr(reading, "PATIENCE", 0.3)
    fake_git(tmp_path, monkeypatch, f"#!/bin/sh\n{script}\n")
    start = time.monotonic()
    assert complaint("HEAD") == "git: needs git, but `git rev-parse` has not answered within 0.3 seconds"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exec yes", "git: needs git, but the answer of `git rev-parse` has no end"),
        ("exec yes >&2", "git cannot resolve HEAD: "),
        ("exit 0", "git cannot resolve HEAD: its answer is not understood: it is empty"),
        ("echo hello", "git cannot resolve HEAD: its answer is not understood: hello"),
        ("exit 7", "git cannot resolve HEAD: it ended with exit code 7"),
        (r"printf '\377\000'", "git cannot resolve HEAD: its answer is not understood: "),
    ],
)
def test_a_git_that_answers_nonsense_is_told(
    script: str, sentence: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git(tmp_path, monkeypatch, f"#!/bin/sh\n{script}\n")
    start = time.monotonic()
    assert complaint("HEAD").startswith(sentence)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    "answer", ["", "hello", "hello\n", "x missing\nx missing\n", "x missing\nx missing\ny missing\n", "{0} blob 9\nab\n",
               "{0} blob 2\nab\n", "{0} blob 2\nabcd\n", "{0} blob 2\nab\nx missing", "{0} blob -2\nab\nx missing\n"]
)  # fmt: skip
def test_files_that_git_makes_up_are_told(
    answer: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = "0123456789" * 4
    lines = (answer.format(known) if answer else "").encode()
    (tmp_path / "answer").write_bytes(lines)
    script = f'#!/bin/sh\n[ $1 = cat-file ] && exec cat "{tmp_path}/answer"\nprintf "\\n{known}\\n"\n'
    fake_git(tmp_path, monkeypatch, script)
    with pytest.raises(UsageError, match=r"^git cannot read the files of HEAD: its answer is not understood: "):
        Revision("HEAD").read(["a.yaml", "nets/b.yaml"])


def test_a_git_that_is_no_program_is_told(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, "\0\1")
    monkeypatch.setenv("PATH", str(tmp_path / "fake"))
    assert complaint("HEAD") == "git: needs git, but it cannot be started: Exec format error"


def test_what_git_warns_of_does_not_hide_what_it_cannot_read(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "warning: slow\\nerror: object is corrupt\\n"
    known = "0123456789" * 4
    script = f'[ $1 = cat-file ] && printf "{said}" >&2 && echo "x missing" && exit\nprintf "\\n{known}\\n"\n'
    fake_git(tmp_path, monkeypatch, f"#!/bin/sh\n{script}")
    with pytest.raises(UsageError, match=r"^git cannot read the files of HEAD: object is corrupt$"):
        Revision("HEAD").read(["a.yaml"])
