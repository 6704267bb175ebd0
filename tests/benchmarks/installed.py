"""convcost built and installed as a user has it: a wheel in a fresh environment. Needs no network.

The environment finds convcost's dependencies where this interpreter has them.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def build_wheel(folder: Path, *, editable: bool = False) -> Path:
    """The wheel of this checkout; an editable one only points to it."""
    hook = "build_editable" if editable else "build_wheel"
    code = f"import sys, hatchling.build as backend; print(backend.{hook}(sys.argv[1]))"
    printed = output(sys.executable, "-c", code, str(folder), cwd=ROOT)
    return folder / printed.split()[-1]


def install(wheel: Path, folder: Path) -> Path:
    """A fresh environment with that wheel; returns its folder of programs."""
    venv.create(folder, symlinks=True, with_pip=False)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(programs / "python"))
    output(*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    site = output(str(programs / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return programs


def output(*words: str, cwd: Path | None = None) -> str:
    run = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{' '.join(words)}\n{run.stdout}{run.stderr}")
    return run.stdout
