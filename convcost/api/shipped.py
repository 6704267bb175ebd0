"""The specs that come with convcost."""

from __future__ import annotations

from ..errors import UsageError
from ..wording import suggestion


def shipped(name: str) -> tuple[str, str] | None:
    """(shown path, real path) of the spec that comes with convcost under a name; None for what is a path.

    Raises UsageError for a name that is neither a file's nor a spec's.
    """
    from os.path import exists

    if exists(name) or not name.replace("_", "").isalnum():
        return None
    specs = shipped_specs()
    if name not in specs:
        hint = suggestion(name, specs)
        raise UsageError(f"there is no file {name[:60]}, and no such spec comes with convcost{hint}")
    return f"specs/{name}.yaml", specs[name]


def shipped_specs() -> dict[str, str]:
    """The specs that come with convcost: their files by their names. A checkout has them beside the package."""
    from os import listdir
    from os.path import dirname, isdir, join

    package = dirname(dirname(__file__))
    for folder in (join(package, "specs"), join(dirname(package), "specs")):
        if isdir(folder):
            files = sorted([file for file in listdir(folder) if file.endswith(".yaml")])
            return {file.removesuffix(".yaml"): join(folder, file) for file in files}
    return {}
