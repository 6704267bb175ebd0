"""What is installed works away from the checkout: the wheel, and an editable install."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.benchmarks.installed import ROOT, build_wheel, install


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(wheel, tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def editable_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wheel = build_wheel(tmp_path_factory.mktemp("editable_wheel"), editable=True)
    return install(wheel, tmp_path_factory.mktemp("editable"))


def run(program: Path, *words: str, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    command = [str(program), *words]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def package_folder(programs: Path, cwd: Path) -> Path:
    return Path(run(programs / "python", "-c", "import convcost; print(convcost.__file__)", cwd=cwd).strip()).parent


def test_the_wheel_holds_the_specs_the_licence_and_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert {name for name in names if name.startswith("convcost/specs/")} == {
        f"convcost/specs/{path.name}" for path in (ROOT / "specs").glob("*.yaml")
    }
    assert {"convcost/__init__.py", "convcost/py.typed"} <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"convcost"}
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_an_installed_wheel_finds_a_spec_by_its_name(programs: Path, tmp_path: Path) -> None:
    assert ROOT not in package_folder(programs, tmp_path).parents
    found = json.loads(run(programs / "convcost", "analyze", "mobilenet_v1", "--json", cwd=tmp_path))
    assert found["totals"]["params"] == 4231976


def test_an_editable_install_finds_a_spec_by_its_name(editable_programs: Path, tmp_path: Path) -> None:
    assert package_folder(editable_programs, tmp_path) == ROOT / "convcost"
    found = json.loads(run(editable_programs / "convcost", "analyze", "mobilenet_v1", "--json", cwd=tmp_path))
    assert found["totals"]["params"] == 4231976
