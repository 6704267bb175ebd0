"""The figures of a network as a person reads them."""

from __future__ import annotations

import pytest

from convcost.render.totals import totals_table
from tests.render.networks import analysis

POOLS = "max_pool: {kernel: [8, 4]}, resize: {size: 16}"


@pytest.mark.parametrize(
    ("layers", "value", "remark"),
    [
        ("relu", "1", "every position is computed"),
        ("max_pool: 8", "1/8", "of each axis is ever computed"),
        (POOLS, "1/8 x 1/4", "of each axis is ever computed"),
        ("resize: {size: 12}", "3/4", "of each axis is ever computed"),
        ("flatten, linear: 2", "-", "no path but through the whole input"),
    ],
)
def test_the_grid_is_told_as_the_share_that_is_computed(layers: str, value: str, remark: str) -> None:
    rows = totals_table(analysis(f"{{input: [1, 16, 16], layers: [{layers}]}}"), exact=False).rows
    [grid] = [row for row in rows if row.heading == "grid"]
    assert (grid.value, grid.remark) == (value, remark)
