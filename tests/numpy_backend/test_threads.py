"""Work dealt to the processors: all of it is done, once, whoever does it."""

from __future__ import annotations

import numpy as np
import pytest

from convcost.numpy_backend import arrays, threads
from convcost.numpy_backend.kernels.core.kernel import product
from convcost.numpy_backend.meter import Meter
from convcost.numpy_backend.threads import in_blocks, processors, spread

MANY = threads.PARALLEL_FROM


@pytest.fixture(params=[1, 2, 3])
def workers(request, monkeypatch):
    monkeypatch.setattr(threads, "processors", lambda: request.param)
    threads._pool.cache_clear()
    yield request.param
    threads._pool.cache_clear()


@pytest.mark.parametrize("elements", [10, MANY, 10 * MANY])
@pytest.mark.parametrize("block", [None, MANY])
@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_every_piece_is_done_once(workers, count, block, elements):
    done = np.zeros(count, int)

    def work(first, end):
        assert first < end
        done[first:end] += 1

    spread(work, count, elements, block)
    assert (done == 1).all()


def test_work_within_work_stays_in_its_thread(workers):
    done = np.zeros((6, 8), int)

    def outer(first, end):
        for row in range(first, end):
            spread(lambda a, b: done[row].__setitem__(slice(a, b), done[row, a:b] + 1), 8, MANY)  # noqa: B023

    spread(outer, 6, MANY)
    assert (done == 1).all()


def test_a_failure_elsewhere_is_raised_here(workers):
    def work(first, end):
        if end == 10:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spread(work, 10, MANY)
    done = []
    spread(lambda first, end: done.append(end - first), 10, MANY)
    assert sum(done) == 10


def test_threads_take_the_callers_floating_point_state(workers):
    def work(first, end):
        for _ in range(first, end):
            np.array(np.inf) - np.inf

    with np.errstate(invalid="ignore"):
        spread(work, 10, MANY)


@pytest.mark.parametrize("one_thread", [False, True])
def test_blocks_are_at_most_as_large_as_asked(workers, one_thread, monkeypatch):
    monkeypatch.setattr(threads, "one_thread_per_product", lambda: one_thread)
    done = np.zeros(103, int)

    def work(first, end):
        assert end - first <= 10
        done[first:end] += 1

    in_blocks(work, 103, 10, threads.MANY_PRODUCTS)
    assert (done == 1).all()


@pytest.mark.parametrize("one_thread", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(300, 200), (200, 300), (1, 5000), (3, 4)])
def test_a_product_in_parts_is_the_product(workers, rows, columns, one_thread, monkeypatch):
    monkeypatch.setattr(threads, "one_thread_per_product", lambda: one_thread)
    monkeypatch.setattr(threads, "MANY_PRODUCTS", 1000)
    numbers, meter = np.random.default_rng(3), Meter()
    a, b = (numbers.integers(-4, 5, shape).astype("float32") for shape in ((rows, 90), (90, columns)))
    out = np.empty((rows, columns), "float32")
    product(meter, a, b, out)
    assert np.array_equal(out, a @ b)
    assert meter.macs == rows * 90 * columns


def test_one_thread_per_product_is_said_by_the_environment(monkeypatch):
    monkeypatch.setattr(threads, "processors", lambda: 2)
    for value, said in (("1", True), ("2", False)):
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", value)
        threads.one_thread_per_product.cache_clear()
        assert threads.one_thread_per_product() is said
    threads.one_thread_per_product.cache_clear()


def test_processors_are_those_of_this_process():
    assert processors() >= 1


@pytest.mark.parametrize("shape", [(3, 4, 5), (300, 20, 21), (2, 9000), (9000, 2), (5,)])
def test_layouts_in_memory(shape):
    x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    last = arrays.channels_last(x)
    assert last.flags.c_contiguous
    assert np.array_equal(last, np.moveaxis(x, 0, -1))
    back = arrays.channels_first_in_memory(arrays.channels_first(last))
    assert back.flags.c_contiguous
    assert np.array_equal(back, x)
    assert arrays.channels_last(arrays.channels_first(last)).base is not None
    every_second = x[..., ::2]
    assert np.array_equal(arrays.channels_last(every_second), np.moveaxis(every_second, 0, -1))
    assert np.array_equal(arrays.channels_first_in_memory(every_second), every_second)
