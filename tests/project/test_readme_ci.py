"""README's section on CI: its configuration is read, its hook and action exist, its commands run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from convcost.cli.check import AUTO, FORMATS
from convcost.project.config import find

ROOT = Path(__file__).parents[2]
SECTION = re.search(r"^## In CI\n(.*?)^## ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", SECTION[1] if SECTION else "", re.MULTILINE | re.DOTALL)


def block(kind: str, word: str) -> str:
    """The block of a kind that holds a word."""
    [found] = [body for name, body in BLOCKS if name == kind and word in body]
    return str(found)


def read(word: str) -> Any:
    return yaml.safe_load(block("yaml", word))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the configuration that README shows, and a spec."""
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(block("toml", "[tool.convcost]"), encoding="utf-8")
    Path("specs").mkdir()
    shutil.copy(ROOT / "specs" / "dcgan_generator.yaml", "specs")
    Path("experiments").mkdir()
    shutil.copy(ROOT / "specs" / "context_module.yaml", "experiments")
    return tmp_path


def test_the_configuration_is_read(project: Path) -> None:
    config = find((AUTO, *FORMATS))
    assert config.paths == ("specs", "experiments/**/*.yaml")
    assert config.exclude == ("old_*",)
    assert (config.advice, config.fail_on, config.baseline) == (True, "error", "git:origin/main")
    assert config.output == ("sarif=convcost.sarif",)
    assert [(budget.metric, [*budget.bounds]) for budget in config.budgets] == [("weights", ["max"]), ("rf", ["min"])]


def test_the_hook_and_the_action_are_there() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert read("repos:")["repos"][0]["hooks"] == [{"id": hook["id"]}]
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    [step] = [step for step in read("runs-on")["jobs"]["convcost"]["steps"] if "convcost" in step["uses"]]
    assert set(step["with"]) <= set(action["inputs"])


def run(*words: str) -> None:
    """A command that must succeed without a message."""
    found = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_the_gitlab_job_runs_and_leaves_its_reports(project: Path) -> None:
    os.remove("pyproject.toml")
    job = read("artifacts:")["convcost"]
    [command] = [line for line in job["script"] if line.startswith("convcost ")]
    run(sys.executable, "-m", *command.split())
    assert all(os.path.getsize(file) for file in job["artifacts"]["reports"].values())


def test_the_line_for_make_runs(project: Path) -> None:
    if not shutil.which("make"):
        pytest.skip("there is no make")
    os.remove("pyproject.toml")
    recipe = block("make", "check:").replace("convcost", f"{sys.executable} -m convcost")
    Path("Makefile").write_text(recipe, encoding="utf-8")
    run("make", "check")
