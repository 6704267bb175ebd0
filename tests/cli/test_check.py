"""`convcost check` and `convcost lock` as a maintainer uses them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from convcost.ops.conv import Conv
from tests.museum.mutants import method

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Answer
    from tests.museum.mutants import Patch

    Run = Callable[..., Answer]

ROOT = Path(__file__).parents[2]

# 224 params, 13,824 MACs; with 16 channels 448 and 27,648
SPEC = """name: net
input: [3, 8, 8]
layers:
  - conv: {out: 8, kernel: 3, padding: 1}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no CI around it."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spec(name: str, demand: str = "", out: int = 8) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(SPEC.replace("out: 8", f"out: {out}") + demand, encoding="utf-8")
    return name


def git(*words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)  # noqa: S607 (whichever git there is)


# Answers and exit codes. ------------------------------------------------------------------------------------


def test_a_spec_that_meets_its_demands_is_0(convcost: Run, here: Path) -> None:
    spec("a.yaml", "budgets: {macs: 14k}\nexpect: {params: 224}\n")
    assert convcost("check", "a.yaml") == (
        0,
        "a.yaml: ok, 2 demands hold\nconvcost check: passed; 2 demands hold in 1 spec\n",
        "",
    )


def test_a_budget_that_is_exceeded_is_1_on_its_line(convcost: Run, here: Path) -> None:
    spec("a.yaml", "budgets: {macs: 13k}\n")
    answer = convcost("check", "a.yaml")
    assert answer.code == 1
    assert answer.out == (
        "a.yaml: 1 error, 0 of 1 demands hold\n"
        "a.yaml:5:17: error[CC303]: macs must be at most 13k, but is 13,824: 824 (6.3 %) more\n"
        "    5 | budgets: {macs: 13k}\n"
        "      |                 ^\n"
        "note: what weighs most: conv1 13,824 (100.0 %)\n"
        "convcost check: failed with 1 error; 0 of 1 demands hold in 1 spec\n"
    )


def test_a_spec_with_mistakes_is_1_and_hides_no_other(convcost: Run, here: Path) -> None:
    Path("a.yaml").write_text(SPEC.replace("kernel", "kernle"), encoding="utf-8")
    spec("b.yaml", "budgets: {macs: 13k}\n")
    answer = convcost("check", ".")
    assert answer.code == 1
    assert "a.yaml:4:20: error[CC101]" in answer.out
    assert "b.yaml:5:17: error[CC303]" in answer.out


def test_a_mistaken_variant_hides_no_other(convcost: Run, here: Path) -> None:
    spec("a.yaml", "budgets: {macs: 13k}\nvariants: {good: {}, bad: {layers: [conv: {out: 8, kernel: 9}]}}\n")
    answer = convcost("check", "--json", "a.yaml")
    codes = {(found["variant"], problem["code"]) for found in specs_of(answer) for problem in found["problems"]}
    assert answer.code == 1
    assert codes == {("good", "CC303"), ("bad", "CC105")}


def specs_of(answer: Answer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer.out)["specs"]
    return found


@pytest.mark.parametrize("text", ["", "~\n", "\xff\x00"])
def test_a_file_that_is_no_spec_is_2_and_the_others_are_judged(convcost: Run, here: Path, text: str) -> None:
    Path("a.yaml").write_bytes(text.encode("latin-1"))
    spec("b.yaml", "budgets: {macs: 13k}\n")
    answer = convcost("check", "a.yaml", "b.yaml")
    assert answer.code == 2
    assert "a.yaml: error[CC011]: a.yaml is " in answer.out
    assert "b.yaml:5:17: error[CC303]" in answer.out


def test_a_file_that_is_not_there_is_2(convcost: Run, here: Path) -> None:
    spec("net.yaml")
    assert convcost("check", "nett.yaml") == (2, "", "convcost: there is no file nett.yaml; did you mean net.yaml?\n")


def test_a_link_that_leads_nowhere_is_2(convcost: Run, here: Path) -> None:
    Path("net.yaml").symlink_to("gone.yaml")
    message = "convcost: there is no file net.yaml: the link leads nowhere\n"
    assert convcost("check", "net.yaml") == (2, "", message)


@pytest.mark.parametrize("words", [(), ("nets",), ("nets/*/*.yaml",)])
def test_a_folder_that_may_not_be_read_is_2(
    words: tuple[str, ...], convcost: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec("nets/a/a.yaml")
    spec("nets/b/b.yaml", "budgets: {macs: 1}\n")
    real = os.scandir

    def scandir(path: str) -> object:
        if path == "nets/b":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    answer = convcost("check", *words)
    assert answer.code == 2
    assert "nets/a/a.yaml: ok" in answer.out
    assert "nets/b: error[CC011]: nets/b cannot be read: Permission denied" in answer.out
    assert convcost("lock", *words) == (2, "", "convcost: nets/b cannot be read: Permission denied\n")
    assert not Path("convcost.lock.json").exists()


def test_a_folder_without_specs_is_2(convcost: Run, here: Path) -> None:
    assert convcost("check") == (2, "", "convcost: there is no spec in this folder: it holds no YAML file\n")


def test_stdin_is_judged(convcost: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (SPEC + "budgets: {macs: 13k}\n").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    answer = convcost("check", "-")
    assert answer.code == 1
    assert "<stdin>:5:17: error[CC303]" in answer.out


@pytest.mark.parametrize(
    ("demand", "words", "code"),
    [
        ("budgets: {macs: {max: 20k, warn: 13k}}", (), 0),
        ("budgets: {macs: {max: 20k, warn: 13k}}", ("--fail-on", "warning"), 1),
        ("budgets: {macs: {max: 20k, warn: 13k}}", ("--fail-on", "advice"), 1),
        ("budgets: {macs: 13k}", ("--exit-zero",), 0),
        ("budgets: {macs: 14k}", ("--fail-on", "advice"), 0),
    ],
)
def test_what_fails_is_a_matter_of_severity(
    convcost: Run, here: Path, demand: str, words: tuple[str, ...], code: int
) -> None:
    assert convcost("check", spec("a.yaml", demand), *words).code == code


def test_nothing_excuses_a_malformed_question(convcost: Run, here: Path) -> None:
    assert convcost("check", "nope.yaml", "--exit-zero").code == 2


# Formats and files. -----------------------------------------------------------------------------------------


def test_every_format_can_be_written_beside_the_text(convcost: Run, here: Path) -> None:
    spec("a.yaml", "budgets: {macs: 13k}\n")
    formats = ("text", "json", "github", "gitlab", "sarif", "junit", "markdown")
    answer = convcost("check", "a.yaml", *[word for style in formats for word in ("-o", f"{style}=out.{style}")])
    assert answer.code == 1
    for style in formats:
        assert "must be at most 13k" in Path(f"out.{style}").read_text(encoding="utf-8")
        assert convcost("check", "a.yaml", "--format", style).out == Path(f"out.{style}").read_text(encoding="utf-8")
    assert sorted(os.listdir()) == ["a.yaml", *sorted(f"out.{style}" for style in formats)]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("sarif", "-o must be FORMAT=FILE, like sarif=convcost.sarif, but is sarif"),
        (
            "sarf=x",
            "there is no format sarf; did you mean sarif? (formats: text, csv, html, json, markdown, github, gitlab, junit, sarif)",
        ),
    ],
)
def test_an_output_of_another_form_is_refused(convcost: Run, here: Path, word: str, message: str) -> None:
    assert convcost("check", spec("a.yaml"), "-o", word) == (2, "", f"convcost: {message}\n")


def test_an_output_that_cannot_be_written_is_2_and_leaves_nothing(convcost: Run, here: Path) -> None:
    spec("a.yaml")
    answer = convcost("check", "a.yaml", "-o", "json=gone/out.json")
    assert answer.code == 2
    assert "gone/out.json" in answer.err
    assert os.listdir() == ["a.yaml"]


def test_an_output_that_cannot_be_written_is_named_as_it_was_asked_for(convcost: Run, here: Path) -> None:
    Path("taken").mkdir()
    answer = convcost("check", spec("a.yaml"), "-o", "json=taken/gone/out.json")
    assert answer.err == "convcost: cannot read or write: [Errno 2] No such file or directory: 'taken/gone/out.json'\n"


@pytest.mark.parametrize("other", ["out", "./out", "link"])
def test_two_outputs_must_not_share_a_file(convcost: Run, here: Path, other: str) -> None:
    Path("link").symlink_to("out")
    assert convcost("check", spec("a.yaml"), "-o", "json=out", "-o", f"sarif={other}") == (
        2,
        "",
        f"convcost: every output must have a file of its own, but json and sarif both go to {other}\n",
    )
    assert not Path("out").exists()


def test_an_output_must_not_replace_a_spec(convcost: Run, here: Path) -> None:
    before = Path(spec("a.yaml")).read_text(encoding="utf-8")
    assert convcost("check", "a.yaml", "-o", "json=./a.yaml") == (
        2,
        "",
        "convcost: an output must have a file of its own, but ./a.yaml is one of the specs\n",
    )
    assert Path("a.yaml").read_text(encoding="utf-8") == before


def test_an_output_that_is_a_link_stays_one(convcost: Run, here: Path) -> None:
    Path("link").symlink_to("out.json")
    assert convcost("check", spec("a.yaml"), "-o", "json=link").code == 0
    assert Path("link").is_symlink()
    assert json.loads(Path("out.json").read_text(encoding="utf-8"))["ok"] is True


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="descriptors have names on Linux")
@pytest.mark.parametrize("number", [1, 2])
def test_an_output_may_be_where_a_stream_goes_already(here: Path, number: int) -> None:
    spec("a.yaml")
    words = [sys.executable, "-m", "convcost", "check", "a.yaml", "-o", f"junit=/proc/self/fd/{number}"]
    with open("out", "w", encoding="utf-8") as file:
        subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=file, stderr=file, check=True)
    lines = Path("out").read_text(encoding="utf-8").splitlines()
    assert lines[0] == '<?xml version="1.0" encoding="UTF-8"?>'
    assert lines[-2:] == ["a.yaml: ok", "convcost check: passed; no demands in 1 spec"]


def test_a_full_disk_is_told(convcost: Run, here: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    answer = convcost("check", spec("a.yaml"), "-o", "json=/dev/full")
    assert (answer.code, answer.err) == (2, "convcost: cannot read or write: [Errno 28] No space left on device\n")


def test_on_github_annotations_and_a_summary_are_written(
    convcost: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec("a.yaml", "budgets: {macs: 13k}\n")
    Path("summary.md").write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    answer = convcost("check", "a.yaml")
    assert "::error file=a.yaml,line=5,col=17,title=convcost CC303::macs must be at most 13k" in answer.out
    summary = Path("summary.md").read_text(encoding="utf-8")
    assert summary.startswith("before\n")
    assert "must be at most 13k" in summary
    assert convcost("check", "a.yaml", "--format", "text").out.startswith("a.yaml: 1 error")
    assert Path("summary.md").read_text(encoding="utf-8") == summary


def test_on_github_no_name_is_a_command(convcost: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    spec("::stop-commands::x.yaml", "expect: {macs: 1, source: '##[add-mask]no'}\n")
    answer = convcost("check", ".", "--format", "text")
    assert "\n\\x3a:stop-commands::x.yaml:5:16: error[CC304]: macs must be 1" in answer.out
    assert "note: the figure is from #\\x23[add-mask]no\n" in answer.out
    missing = convcost("check", "##[error]a.yaml")
    assert missing.err == "convcost: no file matches #\\x23[error]a.yaml\n"
    written = [convcost("check", ".", "--format", style) for style in ("json", "gitlab", "sarif", "junit", "markdown")]
    assert not any("##[" in answer.out + answer.err for answer in written)
    assert json.loads(convcost("check", spec("##[a.yaml"), "--json").out)["specs"][0]["path"] == "##[a.yaml"


# Baselines. -------------------------------------------------------------------------------------------------


GROWTH = "budgets: [{metric: params, max_increase: 2% and 100}]\n"


def test_growth_since_a_commit_fails_where_it_is_too_much(convcost: Run, here: Path) -> None:
    spec("a.yaml", GROWTH)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    assert convcost("check", "--baseline", "git:HEAD").code == 0
    spec("a.yaml", GROWTH, out=9)
    answer = convcost("check", "--baseline", "git:HEAD")
    assert answer.code == 0
    assert "params 224 → 252: +28 (+12.5 %)" in answer.out
    spec("a.yaml", GROWTH, out=16)
    spec("new.yaml", GROWTH)
    answer = convcost("check", "--baseline", "git:HEAD")
    assert answer.code == 1
    assert "a.yaml:5:42: error[CC307]: params must not grow by more than 2% and 100, but grew" in answer.out
    assert "new: not in HEAD" in answer.out


def test_growth_since_a_json_or_another_spec(convcost: Run, here: Path) -> None:
    spec("old.yaml", GROWTH)
    Path("old.json").write_text(convcost("analyze", "old.yaml", "--json").out, encoding="utf-8")
    spec("a.yaml", GROWTH, out=16)
    for word in ("old.yaml", "old.json"):
        answer = convcost("check", "a.yaml", "--baseline", word)
        assert (answer.code, "error[CC307]" in answer.out) == (1, True)
        assert convcost("check", "old.yaml", "--baseline", word).code == 0


def test_without_a_baseline_it_says_what_was_not_judged(convcost: Run, here: Path) -> None:
    answer = convcost("check", spec("a.yaml", GROWTH))
    assert answer.code == 0
    assert "a limit on growth was not judged: there is no baseline (--baseline, or a lock file)" in answer.out


def test_the_lock_file_is_what_specs_are_compared_with(convcost: Run, here: Path) -> None:
    spec("a.yaml", GROWTH)
    locked = "convcost.lock.json: the figures of 1 network are written\n"
    assert convcost("lock") == (0, "", locked)
    spec("a.yaml", GROWTH, out=16)
    spec("b.yaml")
    answer = convcost("check")
    assert answer.code == 1
    assert "error[CC307]" in answer.out
    assert "note: what weighs most: conv1 448 (100.0 %)" in answer.out
    assert "new: not in convcost.lock.json" in answer.out
    baselines = {spec["path"]: spec["baseline"] for spec in json.loads(convcost("check", "--json").out)["specs"]}
    assert baselines == {"a.yaml": "convcost.lock.json", "b.yaml": None}
    updated = convcost("check", "--update")
    assert (updated.code, updated.err) == (0, locked.replace("1 network", "2 networks"))
    assert convcost("check").code == 0
    assert convcost("lock").err == "convcost.lock.json: the figures of 2 networks have not changed\n"


def test_locking_some_specs_keeps_the_others(convcost: Run, here: Path) -> None:
    spec("a.yaml")
    spec("b.yaml")
    convcost("lock")
    spec("a.yaml", out=16)
    convcost("lock", "a.yaml")
    entries = json.loads(Path("convcost.lock.json").read_text(encoding="utf-8"))["specs"]
    assert [(entry["path"], entry["figures"]["params"]) for entry in entries] == [("a.yaml", 448), ("b.yaml", 224)]
    os.remove("b.yaml")
    convcost("lock")
    assert "b.yaml" not in Path("convcost.lock.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("configured", [False, True])
def test_a_project_is_the_same_from_each_of_its_folders(
    convcost: Run, here: Path, monkeypatch: pytest.MonkeyPatch, configured: bool
) -> None:
    if configured:
        Path("convcost.toml").write_text("advice = false\n", encoding="utf-8")
    spec("a.yaml", GROWTH)
    spec("nets/b.yaml", GROWTH)
    (here / "nets" / "deep").mkdir()
    if not configured:
        convcost("lock")
    monkeypatch.chdir(here / "nets" / "deep")
    assert convcost("lock").err == "../../convcost.lock.json: the figures of 2 networks " + (
        "are written\n" if configured else "have not changed\n"
    )
    monkeypatch.chdir(here / "nets")
    assert os.listdir(here / "nets" / "deep") == []
    spec("b.yaml", GROWTH, out=16)
    answer = convcost("check")
    assert answer.code == 1
    assert "../a.yaml: ok, 1 demand holds" in answer.out
    assert "b.yaml:5:42: error[CC307]" in answer.out
    assert "changed against ../convcost.lock.json:" in answer.out
    for word in ("b.yaml", "./b.yaml", "../nets/b.yaml", here / "nets" / "b.yaml"):
        assert "error[CC307]" in convcost("check", word).out
    assert convcost("check", "--update", "b.yaml").code == 0
    monkeypatch.chdir(here)
    assert convcost("check").out.splitlines()[:2] == ["a.yaml: ok, 1 demand holds", "nets/b.yaml: ok, 1 demand holds"]
    assert convcost("check", ".").code == 0
    assert [entry["path"] for entry in json.loads((here / "convcost.lock.json").read_bytes())["specs"]] == [
        "a.yaml",
        "nets/b.yaml",
    ]


def test_a_lock_file_above_the_project_keeps_the_entries_of_others(
    convcost: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec("a.yaml")
    spec("nets/b.yaml")
    convcost("lock")
    Path("nets/convcost.toml").write_text("advice = false\n", encoding="utf-8")
    monkeypatch.chdir(here / "nets")
    assert convcost("lock").err == "../convcost.lock.json: the figures of 1 network have not changed\n"


def test_a_spec_with_mistakes_keeps_the_figures_it_had(convcost: Run, here: Path) -> None:
    spec("a.yaml", GROWTH)
    spec("b.yaml", GROWTH)
    convcost("lock")
    good = Path("b.yaml").read_text(encoding="utf-8")
    Path("b.yaml").write_text(good.replace("kernel", "kernle"), encoding="utf-8")
    assert convcost("check", "--update").code == 1
    Path("b.yaml").write_text(good.replace("out: 8", "out: 16"), encoding="utf-8")
    assert "b.yaml:5:42: error[CC307]" in convcost("check").out


@pytest.mark.parametrize(("word", "shown"), [("-", "<stdin>"), ("mobilenet_v1", "specs/mobilenet_v1.yaml")])
def test_what_is_no_file_is_not_locked(
    convcost: Run, here: Path, monkeypatch: pytest.MonkeyPatch, word: str, shown: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPEC.encode())))
    message = f"convcost: convcost.lock.json holds the figures of files, but {shown} is none\n"
    assert convcost("lock", word) == (2, "", message)
    assert os.listdir() == []


def test_a_part_whose_growth_is_limited_is_locked_too(convcost: Run, here: Path) -> None:
    of = "budgets: [{metric: macs, of: conv1, max_increase: 10%}]\n"
    spec("a.yaml", of)
    convcost("lock")
    assert convcost("check").code == 0
    spec("a.yaml", of, out=9)
    answer = convcost("check")
    assert answer.code == 1
    assert "macs of conv1 must not grow by more than 10%, but grew from 13,824 to 15,552" in answer.out


def test_a_spec_with_mistakes_is_not_locked(convcost: Run, here: Path) -> None:
    Path("a.yaml").write_text(SPEC.replace("kernel", "kernle"), encoding="utf-8")
    answer = convcost("lock")
    assert answer.code == 1
    assert "error[CC101]" in answer.err
    assert os.listdir() == ["a.yaml"]


def test_a_spec_whose_demands_are_malformed_is_not_locked_and_keeps_the_others_from_it(
    convcost: Run, here: Path
) -> None:
    spec("a.yaml")
    spec("b.yaml", "budgets: {mac: 13k}\n")
    answer = convcost("lock")
    assert (answer.code, sorted(os.listdir())) == (1, ["a.yaml", "b.yaml"])
    assert "b.yaml:5:11: error[CC301]" in answer.err


def test_a_spec_beyond_its_budget_is_locked(convcost: Run, here: Path) -> None:
    spec("a.yaml", "budgets: {macs: 13k}\n")
    assert convcost("lock").err == "convcost.lock.json: the figures of 1 network are written\n"


def test_growth_of_what_was_not_locked_is_not_judged_and_says_so(convcost: Run, here: Path) -> None:
    spec("a.yaml")
    convcost("lock")
    spec("a.yaml", "budgets: [{metric: macs, of: conv1, max_increase: 0}]\n", out=9)
    answer = convcost("check")
    assert answer.code == 0
    assert "a limit on growth was not judged: convcost.lock.json has no such figure" in answer.out
    convcost("check", "--update")
    assert "not judged" not in convcost("check").out


def test_what_is_no_lock_file_is_not_overwritten(convcost: Run, here: Path) -> None:
    spec("a.yaml")
    Path("convcost.lock.json").write_text("{}", encoding="utf-8")
    for words in (("check",), ("check", "--update"), ("lock",)):
        assert convcost(*words) == (
            2,
            convcost("check", "--json").out,
            "convcost: convcost.lock.json is no lock file of convcost; it is left as it is\n",
        )
    assert Path("convcost.lock.json").read_text(encoding="utf-8") == "{}"


# Advice, execution, configuration. --------------------------------------------------------------------------

BOARD = """input: [3, 8, 8]
layers:
  - conv_transpose: {out: 8, kernel: 3, stride: 2}
"""


def test_advice_is_off_unless_asked_for(convcost: Run, here: Path) -> None:
    Path("a.yaml").write_text(BOARD, encoding="utf-8")
    assert "CC402" not in convcost("check", "a.yaml").out
    answer = convcost("check", "a.yaml", "--advice")
    assert (answer.code, "advice[CC402]" in answer.out) == (0, True)
    assert convcost("check", "a.yaml", "--advice", "--fail-on", "advice").code == 1


def test_a_comment_silences_advice_and_one_that_silences_nothing_is_told(convcost: Run, here: Path) -> None:
    comment = "  # convcost: ignore[CC402] as the paper has it\n"
    Path("a.yaml").write_text(BOARD.rstrip() + comment, encoding="utf-8")
    assert convcost("check", "a.yaml", "--advice", "--fail-on", "advice").code == 0
    Path("a.yaml").write_text(BOARD.replace("kernel: 3", "kernel: 4").rstrip() + comment, encoding="utf-8")
    answer = convcost("check", "a.yaml", "--advice", "--fail-on", "warning")
    assert answer.code == 1
    assert "a.yaml:3:53: warning[CC409]" in answer.out


def test_a_comment_that_one_variant_needs_is_needed(convcost: Run, here: Path) -> None:
    Path("a.yaml").write_text(
        "input: [3, 8, 8]\nvars: {k: 4}\nlayers:\n"
        "  - conv_transpose: {out: 8, kernel: k, stride: 2}  # convcost: ignore[CC402] known\n"
        "variants: {even: {}, odd: {vars: {k: 3}}}\n",
        encoding="utf-8",
    )
    assert convcost("check", "a.yaml", "--advice", "--fail-on", "advice").code == 0


def test_a_comment_that_no_variant_needs_is_told_of_once(convcost: Run, here: Path) -> None:
    Path("a.yaml").write_text(
        "input: [3, 8, 8]\nvars: {k: 4}\nlayers:\n"
        "  - conv_transpose: {out: 8, kernel: k, stride: 2}  # convcost: ignore[CC402] known\n"
        "variants: {four: {}, six: {vars: {k: 6}}}\n",
        encoding="utf-8",
    )
    specs = json.loads(convcost("check", "a.yaml", "--advice", "--json").out)["specs"]
    assert [[one["code"] for one in spec["problems"]] for spec in specs] == [["CC409"], []]


def test_networks_are_run_where_it_is_asked_for(convcost: Run, here: Path, changed: Callable[[Patch], None]) -> None:
    spec("a.yaml")
    assert convcost("check", "a.yaml", "--verify").code == 0
    changed(method(Conv, "params", lambda op, *inputs: 225))
    assert convcost("check", "a.yaml").code == 0
    answer = convcost("check", "a.yaml", "--verify")
    assert answer.code == 1
    assert "error[CC502]" in answer.out


def test_budgets_of_the_configuration_hold_for_all_specs(convcost: Run, here: Path) -> None:
    Path("convcost.toml").write_text('paths = ["nets"]\n[budgets]\nmacs = "20k"\n', encoding="utf-8")
    spec("nets/a.yaml")
    spec("nets/b.yaml", out=16)
    answer = convcost("check")
    assert answer.code == 1
    assert "convcost.toml:3:" in answer.out
    assert "macs in nets/b.yaml must be at most 20k, but is 27,648: 7,648 (38.2 %) more" in answer.out
    assert "nets/a.yaml: ok" in answer.out
    spec("nets/b.yaml", "budgets: {macs: 30k}\n", out=16)  # its own word is the last
    assert convcost("check").code == 0


def test_a_budget_of_the_configuration_must_concern_some_spec(convcost: Run, here: Path) -> None:
    spec("a.yaml")
    Path("b.yaml").write_text(BOARD, encoding="utf-8")
    entry = '[[budgets]]\nmetric = "macs"\nof = "%s"\nmax = "20M"\n'
    Path("convcost.toml").write_text(entry % "conv1", encoding="utf-8")
    assert convcost("check").code == 0
    Path("convcost.toml").write_text(entry % "conv7", encoding="utf-8")
    answer = convcost("check")
    assert answer.code == 1
    assert "conv7 must name a layer or match some, but there is none" in answer.out
    assert answer.out.count("conv7 must name") == 1
    assert convcost("check", "a.yaml").code == 0  # another spec may have it


def test_the_configuration_can_be_shown(convcost: Run, here: Path) -> None:
    Path("convcost.toml").write_text('fail-on = "warning"\n', encoding="utf-8")
    answer = convcost("check", "--show-config", "--advice")
    assert answer.code == 0
    assert 'fail-on = "warning"\n' in answer.out
    assert "advice = true\n" in answer.out


def test_files_that_are_no_specs_are_passed_over_on_request(convcost: Run, here: Path) -> None:
    spec("a.yaml")
    Path("ci.yaml").write_text("jobs: {}\n", encoding="utf-8")
    assert convcost("check", "--only-specs", "a.yaml", "ci.yaml").code == 0
    assert convcost("check", "--only-specs", "ci.yaml").code == 0
    assert convcost("check", "a.yaml", "ci.yaml").code == 1


def test_what_is_shipped_can_be_checked_by_name(convcost: Run, here: Path) -> None:
    assert convcost("check", "mobilenet_v1").out.startswith("specs/mobilenet_v1.yaml: ok, ")


TWO = """name: two
input: [3, 8, 8]
expect: {params: 224}
variants:
  a: {layers: [conv: {out: 8, kernel: 3}]}
  b: {layers: [conv: {out: 4, kernel: 3}]}
"""


def test_what_is_expected_at_the_top_is_expected_of_the_baseline(convcost: Run, here: Path) -> None:
    # a: 8 x (27 + 1) = 224, b: 112
    Path("two.yaml").write_text(TWO, encoding="utf-8")
    assert convcost("check").code == 0
    Path("two.yaml").write_text(TWO.replace("224", "225"), encoding="utf-8")
    answer = convcost("check", "--json")
    assert answer.code == 1
    assert [[one["code"] for one in spec["problems"]] for spec in json.loads(answer.out)["specs"]] == [["CC304"], []]


def locked() -> dict[tuple[str, str | None], int]:
    """The params of every entry of the lock file."""
    entries = json.loads(Path("convcost.lock.json").read_text(encoding="utf-8"))["specs"]
    return {(entry["path"], entry["variant"]): entry["figures"]["params"] for entry in entries}


def test_a_variant_with_mistakes_keeps_the_figures_it_had(convcost: Run, here: Path) -> None:
    Path("two.yaml").write_text(TWO, encoding="utf-8")
    convcost("lock")
    assert locked() == {("two.yaml", "a"): 224, ("two.yaml", "b"): 112}
    wrong = TWO.replace("out: 8", "out: 16").replace("out: 4, kernel: 3", "out: 4, kernel: 30")
    Path("two.yaml").write_text(wrong, encoding="utf-8")
    assert convcost("check", "--update").code == 1
    assert locked() == {("two.yaml", "a"): 448, ("two.yaml", "b"): 112}


def test_variants_that_a_spec_no_longer_has_leave_the_lock_file(convcost: Run, here: Path) -> None:
    Path("two.yaml").write_text(TWO, encoding="utf-8")
    convcost("lock")
    spec("two.yaml")
    spec("other.yaml")
    convcost("lock", "two.yaml")
    assert locked() == {("two.yaml", None): 224}


@pytest.mark.parametrize("demand", ["budgets: {macs: 25%}", "budgets: {rf: 2x}", "budgets: {macs: 0.5x}", "budgets: {output: 3}",
                                    "budgets: {macs: {min: 2, max: 1}}", "require: {macs: {max: 25%}}"])  # fmt: skip
def test_what_check_refuses_of_a_demand_every_command_refuses(demand: str, convcost: Run, here: Path) -> None:
    Path("net.yaml").write_text(f"{SPEC}{demand}\n", encoding="utf-8")
    said = convcost("check", "net.yaml")
    assert said.code == 1
    for command in ("analyze", "rf", "verify"):
        answer = convcost(command, "net.yaml")
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith("net.yaml:5:")
        assert "error[CC306]" in answer.err
        assert answer.err in said.out
