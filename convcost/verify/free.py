"""How much memory there is: what the machine has free, and what the control groups of a container leave of it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROLLER = "memory"
GROUPS = {
    "cgroup": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    "cgroup2": ("memory.max", "memory.current", "inactive_file"),
}
"""By the type of their file system: the files with a group's limit and what it uses, and the line of `memory.stat` with
what of that is given back when it is needed (files that were read)."""

OWN = re.compile(r"(?P<number>\d+):(?P<controllers>[^:]*):(?P<path>.*)")
"""A line of /proc/self/cgroup: `4:cpu,memory:/a/b`, of version 2 `0::/a/b`."""
MOUNTED = re.compile(
    r"\S+ \S+ \S+ (?P<root>\S+) (?P<at>\S+) .*- (?P<version>cgroup2?) \S+ (?P<options>\S+)",
)
"""A line of /proc/self/mountinfo: `35 31 0:32 /a /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`."""


def memory_free(root: str = "") -> int | None:
    """Bytes that processes can still have; None where the system does not say. Its files are looked for below `root`.

    Groups lie in each other, and a limit holds for all that lies in its group: the least that one leaves counts.
    """
    return min([*_left_by_the_machine(root), *_left_by_groups(root)], default=None)


def _left_by_the_machine(root: str) -> Iterator[int]:
    for line in _lines(f"{root}/proc/meminfo"):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024
            return
    try:
        yield os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return


def _left_by_groups(root: str) -> Iterator[int]:
    for version, top, path in _groups(root):
        parts = path.strip("/").split("/")
        for depth in range(len(parts) + 1):
            yield from _left("/".join([f"{root}{top}", *parts[:depth]]), *GROUPS[version])


def _groups(root: str) -> Iterator[tuple[str, str, str]]:
    """The groups that limit the memory of this process: version, where its groups are mounted, the path from there."""
    own: dict[str, str] = {}
    for line in _lines(f"{root}/proc/self/cgroup"):
        if group := OWN.match(line):
            version = "cgroup2" if group["number"] == "0" else "cgroup"
            if _has_memory(version, group["controllers"]):
                own[version] = group["path"]
    for line in _lines(f"{root}/proc/self/mountinfo"):
        mount = MOUNTED.match(line)
        if mount and mount["version"] in own and _has_memory(mount["version"], mount["options"]):
            yield mount["version"], mount["at"], own[mount["version"]].removeprefix(mount["root"].rstrip("/"))


def _has_memory(version: str, listed: str) -> bool:
    """Whether a hierarchy counts memory: version 2 has one of everything."""
    return version == "cgroup2" or CONTROLLER in listed.split(",")


def _left(folder: str, limit: str, used: str, reclaimable: str) -> Iterator[int]:
    """What one group leaves, if it has a limit."""
    stat = dict(line.split(" ", 1) for line in _lines(f"{folder}/memory.stat") if line.startswith(f"{reclaimable} "))
    try:
        most, taken = [int(_lines(f"{folder}/{name}")[0]) for name in (limit, used)]
        yield max(0, most - taken + int(stat.get(reclaimable, 0)))
    except (IndexError, ValueError):  # no such file, or `max`
        return


def _lines(path: str) -> list[str]:
    """The lines of a file of the system; none where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
