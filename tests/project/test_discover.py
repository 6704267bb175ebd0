"""Which specs words, folders and globs mean."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter

import pytest

from convcost.errors import UsageError
from convcost.language.reading import text
from convcost.language.reading.located import Source
from convcost.project.config import Config
from convcost.project.discover import Found, looks_like_a_spec, specs_in

SPEC = "input: [3, 8, 8]\nlayers: [relu]\n"
OTHER = "jobs: {layers: 3}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*paths: str, text: str = SPEC) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")


def found(*words: str, exclude: tuple[str, ...] = (), only_specs: bool = False) -> list[str]:
    return list(specs_in(words, Config(exclude=exclude), only_specs).paths)


def refused(*words: str, config: Config | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        specs_in(words, config or Config())
    return str(caught.value)


# Files. ------------------------------------------------------------------------------------------------------


def test_a_file_is_taken_as_it_is() -> None:
    write("notes.txt", "net.yaml", text=OTHER)
    assert found("notes.txt", "net.yaml") == ["notes.txt", "net.yaml"]


def test_words_keep_their_order_and_no_file_comes_twice() -> None:
    write("a.yaml", "b.yaml")
    assert found("b.yaml", "a.yaml", "./b.yaml", ".//a.yaml", os.path.abspath("b.yaml"), "*.yaml", ".") == [
        "b.yaml",
        "a.yaml",
    ]


def test_an_absolute_path_stays_absolute(here: Path) -> None:
    write("a.yaml")
    assert found(str(here / "a.yaml")) == [str(here / "a.yaml")]
    assert found(str(here)) == [str(here / "a.yaml")]


def test_standard_input_and_shipped_names_stay_words() -> None:
    assert found("-", "mobilenet_v1", "-") == ["-", "mobilenet_v1"]


def test_a_name_with_magic_characters_may_be_a_file() -> None:
    write("net[1].yaml", "net1.yaml")
    assert found("net[1].yaml") == ["net[1].yaml"]


def test_a_file_of_another_folder_is_shown_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    write("specs/a.yaml", "run/x")
    monkeypatch.chdir("run")
    assert found("../specs/a.yaml", "../specs") == ["../specs/a.yaml"]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("stgae.yaml", "there is no file stgae.yaml; did you mean stage.yaml?"),
        ("specs/unte.yaml", "there is no file specs/unte.yaml; did you mean unet.yaml?"),
        ("spec/unet.yaml", "there is no file spec/unet.yaml"),
        ("spesc", "there is no file spesc; did you mean specs?"),
        ("nul\0/a.yaml", "there is no file nul\0/a.yaml"),
        ("nul\0/*.yaml", "no file matches nul\0/*.yaml"),
        ("stage.yaml/x", "there is no file stage.yaml/x"),
        ("", "there is no file with an empty name"),
        ("?.yaml", "no file matches ?.yaml"),
        ("specs/**/*.yml", "no file matches specs/**/*.yml"),
        ("nowhere/*.yaml", "no file matches nowhere/*.yaml"),
        ("empty", "there is no spec in empty: it holds no YAML file"),
        ("empty/", "there is no spec in empty: it holds no YAML file"),
        ("other", "there is no spec in other: 2 YAML files passed over"),
    ],
)
def test_a_word_that_means_nothing_is_told(word: str, sentence: str) -> None:
    write("stage.yaml", "specs/unet.yaml")
    write("other/a.yaml", "other/b.yml", text=OTHER)
    write("empty/readme.md")
    assert refused(word) == sentence


def test_a_word_of_the_configuration_that_means_nothing_is_told() -> None:
    config = Config(paths=("modles",), source=Source("convcost.toml", ""))
    assert refused(config=config) == "there is no file modles (paths of convcost.toml)"


# Without a word. ---------------------------------------------------------------------------------------------


def test_without_a_word_the_paths_of_the_configuration_are_meant() -> None:
    write("specs/a.yaml", "b.yaml")
    assert specs_in((), Config(paths=("specs",))).paths == ("specs/a.yaml",)
    assert specs_in(("b.yaml",), Config(paths=("specs",))).paths == ("b.yaml",)


def test_without_any_path_the_working_directory_is_meant() -> None:
    write("specs/a.yaml", "b.yaml")
    assert found() == ["b.yaml", "specs/a.yaml"]


def test_a_working_directory_without_specs_is_told() -> None:
    assert refused() == "there is no spec in this folder: it holds no YAML file"


# Folders. ----------------------------------------------------------------------------------------------------


def test_a_folder_is_walked_for_what_looks_like_a_spec() -> None:
    write("specs/b.yaml", "specs/a.yml", "specs/deep/er/c.yaml", "specs/d.txt", "specs/z.yaml")
    write("specs/compose.yaml", "specs/.pre-commit-config.yaml", text=OTHER)
    assert specs_in(["specs"], Config()) == Found(
        ("specs/a.yml", "specs/b.yaml", "specs/z.yaml", "specs/deep/er/c.yaml"), passed_over=2
    )


@pytest.mark.parametrize("folder", [".git", ".venv", "node_modules", "__pycache__", "env"])
def test_some_folders_are_never_entered(folder: str) -> None:
    write(f"{folder}/a.yaml", f"x/{folder}/deep/a.yaml", "x/b.yaml")
    write("env/pyvenv.cfg", "x/env/pyvenv.cfg", text="")
    assert found(".") == ["x/b.yaml"]
    assert found("**/*.yaml") == ["x/b.yaml"]


def test_such_a_folder_is_entered_when_it_is_named() -> None:
    write(".hidden/a.yaml")
    assert found(".hidden") == found(".hidden/*.yaml") == found(".hid*/a.yaml") == [".hidden/a.yaml"]


def test_symbolic_links_to_folders_are_not_followed() -> None:
    write("specs/a.yaml", "elsewhere/b.yaml")
    Path("specs/loop").symlink_to("..", target_is_directory=True)
    Path("specs/link.yaml").symlink_to("../elsewhere/b.yaml")
    Path("specs/broken.yaml").symlink_to("nowhere.yaml")
    assert found("specs") == found("specs/**/*.yaml") == ["specs/a.yaml", "specs/link.yaml"]


def test_a_pipe_in_a_folder_is_no_file() -> None:
    write("a.yaml")
    os.mkfifo("pipe.yaml")
    assert found() == ["a.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "layers: [relu]\n",
        "layers :\n- relu\n",
        "\ufefflayers: [relu]\n",
        "name: x\r\nlayers:\r\n",
        "variants:\n  a: {layers: [relu]}\n",
        "blocks: {A: {layers: [relu]}}\n",
        "# a comment\nname: x\n\nlayers: [",
    ],
)
def test_what_looks_like_a_spec(text: str) -> None:
    assert looks_like_a_spec(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  layers: 3\n",
        "jobs:\n  layers: x\n",
        "layersx: 3\n",
        "# layers: 3\n",
        "blocks: 3\n",
        "variants: [a]\n",
        "- layers\n",
    ],
)
def test_what_does_not_look_like_a_spec(text: str) -> None:
    assert not looks_like_a_spec(text.encode())


def test_what_comes_with_convcost_looks_like_specs() -> None:
    root = Path(__file__).parents[2]
    files = [*root.glob("specs/*.yaml"), *root.glob("examples/*.yaml")]
    assert len(files) > 10
    assert all(looks_like_a_spec(file.read_bytes()) for file in files)


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    write("specs/a.yaml", "specs/secret.yaml")

    def read(path: str, mode: str) -> object:
        if path == "specs/secret.yaml":
            raise PermissionError(13, "Permission denied")
        return open(path, mode)

    monkeypatch.setattr(text, "open", read, raising=False)
    secret = {"specs/secret.yaml": "specs/secret.yaml cannot be read: Permission denied"}
    assert specs_in(["specs"], Config()) == Found(("specs/a.yaml",), unreadable=secret)
    assert specs_in(["specs/secret.yaml"], Config(), only_specs=True) == Found((), unreadable=secret)


def test_a_file_that_vanishes_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    write("specs/a.yaml", "specs/gone.yaml")

    def read(path: str, mode: str) -> object:
        Path("specs/gone.yaml").unlink(missing_ok=True)
        return open(path, mode)

    monkeypatch.setattr(text, "open", read, raising=False)
    assert specs_in(["specs"], Config()) == Found(("specs/a.yaml",))


@pytest.mark.parametrize(("word", "folder"), [
    ("specs", "specs"), ("specs", "specs/secret"), (".", ""), (".", "specs"), (".", "specs/secret"),
    ("**/*.yaml", "specs/secret"), ("specs/*/*.yaml", "specs/secret"), ("specs/*.yaml", "specs"),
])  # fmt: skip
def test_a_folder_that_cannot_be_read_is_named(word: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write("specs/secret/b.yaml")
    forbid(folder, monkeypatch)
    shown = folder or "."
    locked = {shown: f"{shown} cannot be read: Permission denied"}
    words = [] if word == "." else [word]
    assert specs_in(words, Config()) == Found((), unreadable=locked)
    assert specs_in(words, Config(), only_specs=True) == Found((), unreadable=locked)


def test_a_folder_that_is_not_looked_into_need_not_be_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", "secret/b.yaml")
    forbid("secret", monkeypatch)
    assert specs_in([], Config(exclude=("secret",))) == Found(("a.yaml",))


def test_a_folder_that_vanishes_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", "gone/b.yaml")
    forbid("gone", monkeypatch, FileNotFoundError(2, "No such file or directory"))
    assert specs_in([], Config()) == Found(("a.yaml",))


def test_no_neighbour_is_named_where_none_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    write("specs/a.yaml")
    forbid("specs", monkeypatch)
    assert refused("specs/b.yaml") == "there is no file specs/b.yaml"


def forbid(folder: str, monkeypatch: pytest.MonkeyPatch, error: OSError | None = None) -> None:
    """Let nobody, root included, look into a folder."""
    real = os.scandir

    def scandir(path: str) -> object:
        if path == (folder or "."):
            raise error or PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_link_that_may_not_be_followed_is_told() -> None:
    write("a.yaml")
    Path("round.yaml").symlink_to("round.yaml")
    round_ = {"round.yaml": "round.yaml cannot be read: Too many levels of symbolic links"}
    assert specs_in([], Config()) == Found(("a.yaml",), unreadable=round_)


def test_three_specs_among_ten_thousand_files_are_found_quickly() -> None:
    for i in range(100):
        Path(f"data/{i:02}").mkdir(parents=True)
        for j in range(100):
            Path(f"data/{i:02}/{j}.{'yaml' if j < 50 else 'json'}").write_bytes(b"a: b\n")
    write("data/00/a.yaml", "data/50/b.yaml", "c.yaml")
    start = perf_counter()
    assert specs_in((), Config()) == Found(("c.yaml", "data/00/a.yaml", "data/50/b.yaml"), passed_over=5000)
    assert perf_counter() - start < 3  # a quarter of a second on an idle machine


# Globs. ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "paths"),
    [
        ("*.yaml", ["a.yaml", "b.yaml"]),
        ("./*.yaml", ["a.yaml", "b.yaml"]),
        ("[!a].yaml", ["b.yaml"]),
        ("?.*", ["a.yaml", "b.yaml", "c.txt"]),
        ("*/*.yaml", ["x/d.yaml"]),
        ("**/*.yaml", ["a.yaml", "b.yaml", "x/d.yaml", "x/y/e.yaml"]),
        ("x/**", ["x/d.yaml", "x/y/e.yaml"]),
        ("**/y/*", ["x/y/e.yaml"]),
        ("**/**/e.yaml", ["x/y/e.yaml"]),
        ("x/../*.yaml", ["x/../a.yaml", "x/../b.yaml"]),
        ("*/y/e.yaml", ["x/y/e.yaml"]),
    ],
)
def test_a_glob_takes_every_file_it_matches(glob: str, paths: list[str]) -> None:
    write("b.yaml", "a.yaml", "x/d.yaml", "x/y/e.yaml")
    write("c.txt", ".hidden.yaml", text=OTHER)
    assert found(glob) == paths


def test_an_absolute_glob_gives_absolute_paths(here: Path) -> None:
    write("a.yaml")
    assert found(f"{here}/*.yaml") == [f"{here}/a.yaml"]


# Exclusions. -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "paths"),
    [
        ("old", ["a.yaml", "x/[1].yaml", "x/b.yaml"]),
        ("old/", ["a.yaml", "x/[1].yaml", "x/b.yaml"]),
        ("*.yaml", []),
        ("b.*", ["a.yaml", "old/c.yaml", "x/[1].yaml", "x/old/c.yaml"]),
        ("[!ax].yaml", ["a.yaml", "x/[1].yaml"]),
        ("[z-a].yaml", ["a.yaml", "old/c.yaml", "x/[1].yaml", "x/b.yaml", "x/old/c.yaml"]),
        ("./old", ["a.yaml", "x/[1].yaml", "x/b.yaml", "x/old/c.yaml"]),
        ("x/*", ["a.yaml", "old/c.yaml"]),
        ("x/old/**", ["a.yaml", "old/c.yaml", "x/[1].yaml", "x/b.yaml"]),
        ("x/**/c.yaml", ["a.yaml", "old/c.yaml", "x/[1].yaml", "x/b.yaml"]),
        ("**/c.yaml", ["a.yaml", "x/[1].yaml", "x/b.yaml"]),
        ("x/[", ["a.yaml", "old/c.yaml", "x/[1].yaml", "x/b.yaml", "x/old/c.yaml"]),
        ("x/[[]1].yaml", ["a.yaml", "old/c.yaml", "x/b.yaml", "x/old/c.yaml"]),
    ],
)
def test_what_is_excluded_is_passed_over(glob: str, paths: list[str]) -> None:
    write("a.yaml", "old/c.yaml", "x/b.yaml", "x/[1].yaml", "x/old/c.yaml")
    assert sorted(found("**/*.yaml", "-", exclude=(glob,))) == sorted([*paths, "-"])
    assert sorted(found("a.yaml", ".", exclude=(glob,))) == sorted({*paths, "a.yaml"})


def test_an_absolute_path_may_be_excluded(here: Path) -> None:
    write("a.yaml", "old/c.yaml")
    assert found(".", exclude=(f"{here}/old",)) == ["a.yaml"]


def test_a_path_that_is_excluded_may_be_written_in_any_way(here: Path) -> None:
    write("specs/a.yaml", "specs/old/b.yaml")
    for word in ("specs", "./specs/", str(here / "specs"), "specs/../specs"):
        assert [Path(path).name for path in found(word, exclude=("specs/old",))] == ["a.yaml"]


def test_a_folder_where_all_is_excluded_is_told() -> None:
    write("specs/a.yaml")
    assert refused("specs", config=Config(exclude=("a.yaml",))) == "there is no spec in specs: 1 YAML file passed over"


def test_a_file_that_is_named_is_taken_although_it_is_excluded() -> None:
    write("a.yaml")
    assert found("a.yaml", exclude=("a.yaml",)) == ["a.yaml"]


# Only specs: what pre-commit gives. --------------------------------------------------------------------------


def test_with_only_specs_other_files_are_passed_over() -> None:
    write("a.yaml", "old/b.yaml")
    write(".github/ci.yaml", "compose.yaml", text=OTHER)
    words = ("a.yaml", "old/b.yaml", ".github/ci.yaml", "compose.yaml", "*.yaml")
    assert specs_in(words, Config(exclude=("old",)), only_specs=True) == Found(("a.yaml",), passed_over=4)


def test_with_only_specs_nothing_has_to_be_found() -> None:
    write("other/a.yaml", text=OTHER)
    assert found("other/a.yaml", "other", only_specs=True) == []


def test_with_only_specs_a_missing_file_is_told() -> None:
    with pytest.raises(UsageError, match=r"^there is no file a.yaml$"):
        found("a.yaml", only_specs=True)
