"""Real repositories for tests: made with the git that is installed, apart from the configuration of who runs them."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

IDENTITY = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
APART = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **IDENTITY}


def git(folder: Path, *words: str) -> str:
    run = subprocess.run(
        ["git", *words],  # noqa: S607 (the git on the PATH is the one that is tested)
        cwd=folder,
        env={**os.environ, **APART},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def commit(folder: Path, files: dict[str, str | bytes]) -> str:
    """Write files and commit them; the commit. The repository is made where there is none."""
    if not (folder / ".git").exists():
        folder.mkdir(exist_ok=True)
        git(folder, "init", "-q", "-b", "main")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def count_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a git on the PATH that writes down its words, a line per process, and then does its work."""
    real = next(
        path for part in os.environ["PATH"].split(os.pathsep) if os.access(path := os.path.join(part, "git"), os.X_OK)
    )
    seen, wrapper = folder / "seen", folder / "bin" / "git"
    wrapper.parent.mkdir(parents=True)
    wrapper.write_text(f'#!/bin/sh\necho "$1" >> "{seen}"\nexec "{real}" "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    seen.touch()
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    return seen
