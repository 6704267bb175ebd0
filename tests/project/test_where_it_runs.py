"""The hook for pre-commit and the action for GitHub: their form, and their scripts, run as a runner would."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from click.testing import CliRunner

from convcost.cli.check import command as check

ROOT = Path(__file__).parents[2]
HOOK_KEYS = {"id", "name", "description", "entry", "language", "types_or", "require_serial", "args", "pass_filenames"}
SPEC = """\
input: [3, 32, 32]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
budgets:
  macs: LIMIT
"""
MACS = 16 * 3 * 9 * 32 * 32
BASH = shutil.which("bash") or "bash"
GIT = shutil.which("git") or "git"


def parsed(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def write(path: Path, limit: int = MACS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SPEC.replace("LIMIT", str(limit)), encoding="utf-8")


# pre-commit --------------------------------------------------------------------------------------------------


def hook() -> dict[str, Any]:
    [found] = parsed(".pre-commit-hooks.yaml")
    assert isinstance(found, dict)
    return found


def test_the_hook_has_the_form_that_pre_commit_reads() -> None:
    assert set(hook()) <= HOOK_KEYS
    assert {"id", "name", "entry", "language"} <= set(hook())
    assert (hook()["id"], hook()["language"], hook()["types_or"]) == ("convcost-check", "python", ["yaml"])
    assert hook()["require_serial"] is True


def run_hook(folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Run the hook's command on the files of a commit."""
    program, *words = shlex.split(hook()["entry"])
    assert program == "convcost"
    return subprocess.run(
        [sys.executable, "-m", "convcost", *words, *files],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hook_fails_for_a_budget_that_is_exceeded(tmp_path: Path) -> None:
    write(tmp_path / "fits.yaml")
    write(tmp_path / "large.yaml", MACS - 1)
    (tmp_path / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    run = run_hook(tmp_path, "fits.yaml", "large.yaml", "compose.yaml")
    assert run.returncode == 1
    assert "large.yaml:5:9: error[CC303]" in run.stdout
    assert "compose" not in run.stdout


def test_the_hook_passes_where_budgets_hold(tmp_path: Path) -> None:
    write(tmp_path / "fits.yaml")
    assert run_hook(tmp_path, "fits.yaml").returncode == 0


def test_a_commit_without_specs_passes(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    run = run_hook(tmp_path, "compose.yaml")
    assert (run.returncode, run.stderr) == (0, "")


# GitHub ------------------------------------------------------------------------------------------------------

FAKE_PYTHON = """\
#!/bin/bash
# Stands for the runner's Python: pip is only told about, convcost is the one under test.
printf '%s\\n' "$@" >> "$LOG"
printf '%s\\n' "PYTHONPATH=$PYTHONPATH" >> "$LOG"
[ "$3" = pip ] && exit 0
PYTHONPATH="$UNDER_TEST" exec "$REAL_PYTHON" "$@"
"""


class Ran(NamedTuple):
    code: int
    out: str
    calls: list[str]


def steps() -> list[dict[str, Any]]:
    found = parsed("action.yml")["runs"]["steps"]
    assert isinstance(found, list)
    return found


def run_action(folder: Path, **inputs: str) -> Ran:
    """Run the scripts of the action in a repository, as a runner does: inputs are put in place of `${{ }}` in `env`."""
    runner = folder.parent / "runner"
    runner.mkdir(exist_ok=True)
    (runner / "python").write_text(FAKE_PYTHON, encoding="utf-8")
    (runner / "python").chmod(0o755)
    log = runner / "log"
    log.write_text("", encoding="utf-8")
    values = {"steps.python.outputs.python-path": str(runner / "python")}
    values |= {f"inputs.{name}": declared["default"] for name, declared in parsed("action.yml")["inputs"].items()}
    values |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")} | {
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": "/actions/convcost",
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "RUNNER_TEMP": str(runner),
        "LOG": str(log),
        "REAL_PYTHON": sys.executable,
        "UNDER_TEST": str(ROOT),
    }
    out = ""
    for step in steps():
        if "run" not in step:
            continue
        assert step["shell"] == "bash"
        given = {name: re.sub(r"\$\{\{ (.+?) \}\}", lambda m: values[m[1]], text) for name, text in step["env"].items()}
        script = runner / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        run = subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=folder,
            env=environment | given,
            capture_output=True,
            text=True,
            check=False,
        )
        out += run.stdout + run.stderr
        if run.returncode:
            return Ran(run.returncode, out, log.read_text(encoding="utf-8").splitlines())
    return Ran(0, out, log.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write(folder / "specs" / "net.yaml")
    return folder


def test_the_action_has_the_form_that_github_reads() -> None:
    action = parsed("action.yml")
    assert set(action) == {"name", "description", "branding", "inputs", "runs"}
    assert set(action["inputs"]) == {"paths", "baseline", "fail-on", "version"}
    assert all(set(declared) == {"description", "default"} for declared in action["inputs"].values())
    assert action["runs"]["using"] == "composite"
    assert [set(step) - {"name"} for step in steps()] == [{"id", "uses", "with"}, *[{"shell", "env", "run"}] * 2]


def test_nothing_is_put_into_a_script() -> None:
    assert not [step["name"] for step in steps() if "${{" in step.get("run", "")]


def test_every_input_is_used() -> None:
    given = " ".join(text for step in steps() for text in step.get("env", {}).values())
    assert {name for name in parsed("action.yml")["inputs"] if f"inputs.{name} " in given} == set(
        parsed("action.yml")["inputs"]
    )


def test_every_option_of_the_action_is_one_of_the_command() -> None:
    shown = CliRunner().invoke(check, ["--help"]).output
    options = set(re.findall(r"--[a-z-]+(?==)", steps()[-1]["run"]))
    assert options == {"--format", "--baseline", "--fail-on"}
    assert all(option in shown for option in options)


def test_the_action_passes_where_budgets_hold(repository: Path) -> None:
    ran = run_action(repository)
    assert (ran.code, "::error" in ran.out) == (0, False)


def test_the_action_annotates_the_budget_that_is_exceeded(repository: Path) -> None:
    write(repository / "specs" / "net.yaml", MACS - 1)
    ran = run_action(repository)
    assert ran.code == 1
    assert re.search(r"^::error [^\n]*file=specs/net.yaml,[^\n]*line=5,", ran.out, re.MULTILINE)
    assert "net.yaml" in (repository.parent / "runner" / "summary").read_text(encoding="utf-8")


def test_the_action_compares_with_a_baseline(repository: Path) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "first")):
        subprocess.run([GIT, *words], cwd=repository, check=True)
    growth = "budgets:\n  - {metric: macs, max_increase: 1%}\n"
    text = SPEC.partition("budgets:")[0].replace("out: 16", "out: 17") + growth
    (repository / "specs" / "net.yaml").write_text(text, encoding="utf-8")
    ran = run_action(repository, baseline="git:HEAD")
    assert ran.code == 1
    assert "CC307" in ran.out
    assert run_action(repository).code == 0


def test_the_action_installs_itself_or_a_version(repository: Path) -> None:
    target = str(repository.parent / "runner" / "convcost")
    assert run_action(repository).calls[:9] == [
        "-P", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--target", target,
    ]  # fmt: skip
    assert run_action(repository).calls[9:11] == ["--", "/actions/convcost"]
    assert run_action(repository, version="1.2").calls[9:11] == ["--", "convcost==1.2"]


def test_the_installed_convcost_is_run(repository: Path) -> None:
    calls = run_action(repository).calls
    assert calls[12:] == [
        "-P", "-m", "convcost", "check", "--format=github", "--", f"PYTHONPATH={repository.parent / 'runner' / 'convcost'}",
    ]  # fmt: skip


def test_paths_are_given_one_per_line(repository: Path) -> None:
    write(repository / "my nets" / "a.yaml")
    ran = run_action(repository, paths="  specs\n\nmy nets/*.yaml\n", fail_on="warning")
    assert ran.calls[15:-1] == ["check", "--format=github", "--fail-on=warning", "--", "specs", "my nets/*.yaml"]
    assert ran.code == 0


def test_a_module_of_the_repository_is_not_imported(repository: Path) -> None:
    (repository / "yaml.py").write_text("raise SystemExit(99)\n", encoding="utf-8")
    (repository / "convcost").mkdir()
    (repository / "convcost" / "__init__.py").write_text("raise SystemExit(98)\n", encoding="utf-8")
    assert run_action(repository).code == 0


RUDE = (
    '"; touch pwned; "',
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned #",
    "a\ntouch pwned",
    "--output=text=pwned",
    "-o text=pwned",
    "${{ github.token }}",
)


@pytest.mark.parametrize("text", RUDE)
@pytest.mark.parametrize("name", ["paths", "baseline", "fail_on", "version"])
def test_a_text_in_an_input_is_no_command(name: str, text: str, repository: Path) -> None:
    ran = run_action(repository, **{name: text})
    assert not [*repository.parent.rglob("pwned")]
    assert text.splitlines()[-1] in "\n".join(ran.calls)
    assert ran.code == (0 if name == "version" else 2)


def test_an_input_in_a_script_would_be_a_command(repository: Path) -> None:
    """The test above can fail: the same text, put into the script, is run."""
    script = 'check "${{ inputs.paths }}" || true'.replace("${{ inputs.paths }}", RUDE[1])
    subprocess.run([BASH, "-c", script], cwd=repository, check=True, capture_output=True)
    assert [*repository.rglob("pwned")]
