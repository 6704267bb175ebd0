from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from convcost.verify.free import memory_free

if TYPE_CHECKING:
    from pathlib import Path

MACHINE = {"proc/meminfo": "MemTotal:       16000000 kB\nMemFree:   5 kB\nMemAvailable:    8000000 kB\n"}
FREE = 8_192_000_000
"""By hand: 8,000,000 x 1,024."""
VERSION_1 = {
    "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/docker/a/b\n0::/\n",
    "proc/self/mountinfo": "31 23 0:28 / /cg rw - tmpfs tmpfs rw,mode=755\n"
    "35 31 0:32 / /cg/memory rw,relatime - cgroup cgroup rw,cpu,memory\n"
    "36 31 0:33 / /cg/pids rw - cgroup cgroup rw,pids\n41 31 0:38 / /cg/unified rw - cgroup2 cgroup2 rw\n",
}
VERSION_2 = {
    "proc/self/cgroup": "0::/docker/a/b\n",
    "proc/self/mountinfo": "30 23 0:26 / /cg rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
}
UNLIMITED = "9223372036854771712"
"""Version 1: the largest number of whole pages."""


def group(folder: str, limit: str, used: int, reclaimable: int = 0) -> dict[str, str]:
    """The files of a group, in both versions."""
    stat = f"cache 7\ninactive_file {reclaimable}\ntotal_inactive_file {reclaimable}\n"
    names = ("memory.limit_in_bytes", "memory.max"), ("memory.usage_in_bytes", "memory.current")
    written = {name: f"{value}\n" for pair, value in zip(names, (limit, used)) for name in pair}
    return {f"cg/{folder}/{name}": text for name, text in {**written, "memory.stat": stat}.items()}


def free(root: Path, *files: dict[str, str]) -> int | None:
    for name, text in {name: text for some in files for name, text in some.items()}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return memory_free(str(root))


VERSIONS = pytest.mark.parametrize(("version", "top"), [(VERSION_1, "memory/"), (VERSION_2, "")])


@pytest.mark.parametrize("text", ["\n", "nonsense", "4:memory", "1 2 3 - cgroup2"])
def test_what_is_not_understood_says_nothing(text: str, tmp_path: Path) -> None:
    assert free(tmp_path, MACHINE, VERSION_1, dict.fromkeys(VERSION_1, text)) == FREE


def test_without_groups_the_machine_is_what_there_is(tmp_path: Path) -> None:
    assert free(tmp_path, MACHINE) == FREE


@VERSIONS
def test_a_limit_less_what_is_used_counts(version: dict[str, str], top: str, tmp_path: Path) -> None:
    # by hand: 1,000,000,000 - 400,000,000 + 100,000,000 that is only kept as long as nobody needs it
    limited = group(f"{top}docker/a/b", "1000000000", 400_000_000, 100_000_000)
    assert free(tmp_path, MACHINE, version, limited) == 700_000_000


@VERSIONS
@pytest.mark.parametrize("at", ["docker/a/b", "docker/a", "docker", ""])
def test_the_smallest_on_the_way_up_counts(at: str, version: dict[str, str], top: str, tmp_path: Path) -> None:
    on_the_way = [group(f"{top}{folder}", "2000000000", 0) for folder in ("docker/a/b", "docker/a", "docker")]
    elsewhere = group(f"{top}other", "1", 0)
    tight = group(f"{top}{at}", "500000000", 200_000_000)
    assert free(tmp_path, MACHINE, version, *on_the_way, elsewhere, tight) == 300_000_000


@VERSIONS
@pytest.mark.parametrize("limit", ["max", UNLIMITED, "9000000000", "nonsense"])
def test_the_machine_counts_where_it_has_less(limit: str, version: dict[str, str], top: str, tmp_path: Path) -> None:
    assert free(tmp_path, MACHINE, version, group(f"{top}docker/a/b", limit, 0)) == FREE


@VERSIONS
def test_a_group_that_is_over_its_limit_leaves_nothing(version: dict[str, str], top: str, tmp_path: Path) -> None:
    assert free(tmp_path, MACHINE, version, group(f"{top}docker/a/b", "1000", 2000)) == 0


@VERSIONS
def test_inside_a_container_its_group_may_be_the_top(version: dict[str, str], top: str, tmp_path: Path) -> None:
    # Docker without a namespace of its own: the path is the host's, the mount shows the container's part of it
    mounts = version["proc/self/mountinfo"].replace(" / /cg", " /docker/a /cg")
    inside = {**version, "proc/self/mountinfo": mounts}
    limits = group(f"{top}b", "900000000", 0), group(top, "800000000", 0)
    assert free(tmp_path, MACHINE, inside, *limits) == 800_000_000
    # with one: the path is the root
    (tmp_path / "proc/self/cgroup").write_text("4:memory:/\n0::/\n", encoding="utf-8")
    assert memory_free(str(tmp_path)) == 800_000_000


def test_without_either_the_pages_that_are_free_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_AVPHYS_PAGES": 7, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert memory_free(str(tmp_path)) == 28_672
    monkeypatch.delattr(os, "sysconf")
    assert memory_free(str(tmp_path)) is None


def test_this_system_says_something_or_nothing() -> None:
    found = memory_free()
    assert found is None or found > 1_000_000
