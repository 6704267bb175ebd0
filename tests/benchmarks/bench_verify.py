"""What `convcost verify` costs beside one forward pass: `python tests/benchmarks/bench_verify.py [SPEC ...]`.

Both in one process, taking turns; the fastest of some runs of each. Prints each figure beside its bar; never fails on
one.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from convcost.api.network import Network  # noqa: E402
from convcost.numpy_backend.program import execute  # noqa: E402
from convcost.verify.confirm import verify  # noqa: E402
from convcost.verify.program import program_of  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 20.0
"""Seconds after which one network is not run once more."""


def fastest(*works: Callable[[], object]) -> list[float]:
    start, best = time.perf_counter(), [float("inf")] * len(works)
    for _ in range(7):
        for i, work in enumerate(works):
            before = time.perf_counter()
            work()
            best[i] = min(best[i], time.perf_counter() - before)
        if time.perf_counter() - start > LONG:
            break
    return best


def main() -> None:
    specs = sys.argv[1:] or [*ROOT.glob("specs/*.yaml"), *ROOT.glob("tests/benchmarks/networks/*.yaml")]
    print(f"{'network':<20}{'forward':>10}{'verify':>10}{'at most':>10}   1.5 x a forward pass + 0.2 s")
    for spec in sorted(map(str, specs)):
        graph = Network.from_file(spec).graph()
        program = program_of(graph)
        forward, whole = fastest(lambda p=program: execute(p), lambda g=graph: verify(g))
        print(f"{Path(spec).stem:<20}{forward:>8.2f} s{whole:>8.2f} s{1.5 * forward + 0.2:>8.2f} s")


if __name__ == "__main__":
    main()
