"""How fast convcost starts and how it grows: `python tests/benchmarks/bench.py [--quick]`.

Builds a wheel, installs it in a fresh environment and times whole processes. Commands that are compared take turns, so
that whatever else the machine does meets both alike. Prints each figure beside its bar; never fails on one.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from installed import ROOT, build_wheel, install

MOBILENET = str(ROOT / "specs" / "mobilenet_v1.yaml")
MANY = 1000
LEFT_OUT = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in LEFT_OUT} | {"TERM": "xterm-256color"}


class Run(NamedTuple):
    """One process, from start to end."""

    seconds: float
    peak: int


class Command(NamedTuple):
    """What is timed: a command line, whether it writes to a terminal, how it must end."""

    words: tuple[str, ...]
    terminal: bool = False
    exit_code: int = 0


class Series:
    """The runs of one command."""

    def __init__(self, runs: list[Run]) -> None:
        self.least = min(run.seconds for run in runs)
        self.median = median(run.seconds for run in runs)
        self.peak = max(run.peak for run in runs)


def run(command: Command) -> Run:
    with tempfile.TemporaryFile() as messages:
        master, out = open_terminal() if command.terminal else (None, os.open(os.devnull, os.O_WRONLY))
        start = time.perf_counter()
        process = subprocess.Popen(
            command.words, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=messages
        )
        os.close(out)
        if master is not None:
            drain(master)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != command.exit_code:
            messages.seek(0)
            text = messages.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command.words)} ended with {process.returncode}\n{text}")
    return Run(seconds, usage.ru_maxrss * 1024)


def open_terminal() -> tuple[int, int]:
    master, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (40, 120))
    return master, terminal


def drain(master: int) -> None:
    """Read what a process writes to its terminal until it closes it."""
    try:
        while os.read(master, 65536):
            pass
    except OSError:  # Linux reports the end of a terminal as an error
        pass
    finally:
        os.close(master)


def take_turns(commands: dict[str, Command], rounds: int) -> dict[str, Series]:
    for command in commands.values():
        run(command)  # the first run compiles and warms the disk cache
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command))
    return {name: Series(found) for name, found in runs.items()}


# What is measured -------------------------------------------------------------------------------------------


def small_commands(programs: Path) -> dict[str, Command]:
    python, convcost = str(programs / "python"), str(programs / "convcost")
    return {
        "pass": Command((python, "-c", "pass")),
        "click, yaml": Command((python, "-c", "import click, yaml")),
        "click, yaml, rich": Command((python, "-c", "import click, yaml, rich.console, rich.table"), terminal=True),
        "--json": Command((convcost, "analyze", MOBILENET, "--json")),
        "text": Command((convcost, "analyze", MOBILENET)),
        "terminal": Command((convcost, "analyze", MOBILENET), terminal=True),
        "--help": Command((convcost, "--help")),
    }


def large_commands(programs: Path, folder: Path) -> dict[str, Command]:
    convcost = str(programs / "convcost")
    conv = "  - conv: {out: 64, kernel: 3, padding: 1}\n"
    inner = "{conv: {out: 64, kernel: 3, padding: 1}}"
    block = f"  - add: {{main: [{inner}, relu, {inner}], shortcut: []}}\n  - relu\n"
    wrong = "  - conv: {out: 64, kernel: 3, padding: 1, groups: 3}\n"
    specs = {
        "chain of 1,000": write(folder / "chain1000.yaml", conv * 1_000),
        "chain of 10,000": write(folder / "chain10000.yaml", conv * 10_000),
        "10,000 residual blocks": write(folder / "blocks.yaml", block * 10_000),
    }
    errors = write(folder / "errors.yaml", wrong * 1_000)
    return {
        **{f"{name}, text": Command((convcost, "analyze", path)) for name, path in specs.items()},
        **{f"{name}, --json": Command((convcost, "analyze", path, "--json")) for name, path in specs.items()},
        "1,000 errors": Command((convcost, "analyze", errors), exit_code=1),
    }


def write(path: Path, layers: str) -> str:
    path.write_text(f"input: [64, 56, 56]\nlayers:\n{layers}", encoding="utf-8")
    return str(path)


def check_commands(programs: Path, folder: Path) -> dict[str, Command]:
    """MobileNetV1 once, and 1,000 networks of its size that differ in width, with budgets and a field."""
    convcost = str(programs / "convcost")
    text, budgets = Path(MOBILENET).read_text(encoding="utf-8"), "budgets: {macs: 2.5G, params: 18M, rf: {min: 315}}\n"
    text = (
        text.partition("expect:")[0].replace("32 * width", "round(32 * width)").replace("c * width", "round(c * width)")
    )
    many = folder / "many"
    many.mkdir()
    for i in range(MANY):
        width = f"width: 1.{i:04}"
        (many / f"{i:04}.yaml").write_text(text.replace("width: 1.0", width) + budgets, encoding="utf-8")
    return {
        "one": Command((convcost, "check", str(many / "0000.yaml"))),
        "analyze one": Command((convcost, "analyze", str(many / "0000.yaml"))),
        "many": Command((convcost, "check", str(many))),
    }


# What is printed --------------------------------------------------------------------------------------------


def line(name: str, figure: str, beside: str, bar: str) -> None:
    print(f"{name:<36}{figure:>10}{beside:>12}   {bar}")


def print_small(found: dict[str, Series]) -> None:
    print("MobileNetV1, whole process; ratio of the fastest runs, and of the medians")
    for name, base, bar in (
        ("--json", "click, yaml", 1.4),
        ("text", "click, yaml", 1.4),
        ("terminal", "click, yaml, rich", 1.3),
        ("--help", "click, yaml", 1.2),
    ):
        own, other = found[name], found[base]
        ratio, middle = own.least / other.least, own.median / other.median
        line(f"{name} / import {base}", f"{ratio:.2f} x", f"{middle:.2f} x", f"at most {bar} x")
    for name, series in found.items():
        line(f"  {name}", f"{series.least * 1e3:.1f} ms", f"{series.median * 1e3:.1f} ms", "")


def print_large(found: dict[str, Series]) -> None:
    print("\nLarge files, whole process; fastest run, and median")
    bars = {"chain of 10,000": (1.0, 150), "10,000 residual blocks": (3.0, 300), "1,000 errors": (1.0, None)}
    for name, series in found.items():
        seconds, megabytes = bars.get(name.removesuffix(", text").removesuffix(", --json"), (None, None))
        line(name, f"{series.least:.2f} s", f"{series.median:.2f} s", f"under {seconds} s" if seconds else "")
        line("  peak memory", f"{series.peak / 1e6:.0f} MB", "", f"under {megabytes} MB" if megabytes else "")
    for kind in ("text", "--json"):
        large, small = found[f"chain of 10,000, {kind}"], found[f"chain of 1,000, {kind}"]
        ratio, middle = large.least / small.least, large.median / small.median
        line(f"10,000 / 1,000 layers, {kind}", f"{ratio:.1f} x", f"{middle:.1f} x", "at most 8 x")


def print_fields(programs: Path, folder: Path, found: dict[str, Series]) -> None:
    print("\nReceptive fields, inside a process")
    resnet = str(ROOT / "tests" / "data" / "ground_truth" / "rf_specs" / "resnet.yaml")
    specs = sorted(map(str, (ROOT / "specs").glob("*.yaml")))
    inside = (str(programs / "python"), str(Path(__file__).with_name("inside.py")))
    words = (*inside, resnet, str(folder / "chain10000.yaml"), *specs)
    output = subprocess.run(words, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout
    figures = json.loads(output)
    whole = found["ResNet-152"].least
    line("ResNet-152, of analyze --json", f"{100 * figures['resnet'] / whole:.1f} %", "", "at most 10 %")
    line("chain of 10,000", f"{figures['chain']:.3f} s", "", "at most 0.15 s")
    line("coverage and profile, slowest spec", f"{figures['slowest'] * 1e3:.0f} ms", "", "at most 50 ms")


def print_check(found: dict[str, Series]) -> None:
    print("\nThe gate, whole process")
    one, other = found["one"], found["analyze one"]
    ratio, middle = one.least / other.least, one.median / other.median
    line("check one / analyze one", f"{ratio:.2f} x", f"{middle:.2f} x", "at most 1.15 x")
    each = (found["many"].least - one.least) / (MANY - 1)
    line(f"each of {MANY:,} beyond the first", f"{each * 1e3:.2f} ms", "", "at most 2 ms")
    line("  peak memory", f"{found['many'].peak / 1e6:.0f} MB", "", "")


def resnet_command(programs: Path) -> dict[str, Command]:
    spec = str(ROOT / "tests" / "data" / "ground_truth" / "rf_specs" / "resnet.yaml")
    return {"ResNet-152": Command((str(programs / "convcost"), "analyze", spec, "-Db=8", "-Dc=36", "--json"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few runs of each, for a first look")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = install(build_wheel(folder), folder / "env")
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, an installed wheel\n")
        print_small(take_turns(small_commands(programs), 5 if quick else 40))
        print_large(take_turns(large_commands(programs, folder), 1 if quick else 7))
        print_fields(programs, folder, take_turns(resnet_command(programs), 2 if quick else 10))
        print_check(take_turns(check_commands(programs, folder), 2 if quick else 10))


if __name__ == "__main__":
    main()
