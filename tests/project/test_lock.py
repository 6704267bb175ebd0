from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from convcost import files
from convcost.api.network import Network
from convcost.check.measured import EVERYTHING, measured_analysis
from convcost.errors import UsageError
from convcost.project.lock import LOCK, Entry, Locked, entry_of, lock_text, read_lock, update_lock, write_lock

SPEC = """
input: [3, 8, 8]
blocks: {Unit: {layers: [{conv: {out: 4, kernel: 3, bias: false}}, relu]}}
layers: [Unit: , Unit: , {conv: {out: 2, kernel: 1}}]
budgets:
  - {metric: macs, of: "Unit*", max_increase: 1%}
  - {metric: weights, of: Unit1, max_increase: 10}
  - {metric: params, max_increase: 10}
  - {metric: macs, of: conv1, max: 1M}
"""
GUARD = Path(f"{LOCK}.guard")
UNITS = [4 * 27 * 36, 4 * 36 * 16]
FIGURES: dict[str, Any] = {
    "params": 1, "macs": 2, "useful_macs": 3, "flops": 4, "elementwise": 5, "weight_bytes": 6, "activations": 7,
    "peak_activation_bytes": 8, "layers": 9, "rf": [3, 3], "grid": [8, "3/2"], "output": [[1, 2, 2]],
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entry(path: str = "a.yaml", variant: str | None = None, **parts: dict[str, Any]) -> Entry:
    return Entry(path, variant, FIGURES, parts)


def locked(text: str = SPEC) -> Entry:
    network = Network.from_text(text)
    budgets = network.document.base.budgets or ()
    return entry_of("a.yaml", measured_analysis(network.analyze()), budgets)


def refusal(text: str | bytes) -> str:
    """What is said of a lock file with this text, whether it is read or about to be overwritten; it stays as it is."""
    data = text if isinstance(text, bytes) else text.encode()
    with open(LOCK, "wb") as file:
        file.write(data)
    with pytest.raises(UsageError) as caught:
        read_lock()
    with pytest.raises(UsageError) as again:
        write_lock([entry()])
    with open(LOCK, "rb") as file:
        assert file.read() == data
    assert os.listdir() == [LOCK]
    assert str(caught.value) == str(again.value)
    return str(caught.value)


def test_figures_are_read_as_they_were_written() -> None:
    before = locked()
    assert write_lock([before]) is True
    found = read_lock()
    assert found is not None
    assert list(found) == [("a.yaml", None)]
    now, then = Locked(before), Locked(found["a.yaml", None])
    for metric in (*FIGURES, "weights", "peak_activations"):
        assert then.value(metric) == now.value(metric) is not None
    params = 4 * 27 + 4 * 36 + 2 * 4 + 2
    assert (then.value("params"), then.value("rf"), then.value("output"), then.value("layers")) == (
        params, (5, 5), (2, 4, 4), 5,
    )  # fmt: skip
    assert (then.name, then.variant, then.rows) == ("a.yaml", None, ())


def test_parts_are_locked_whose_increase_is_limited() -> None:
    found = locked()
    assert found.parts == {"Unit*": {"macs": sum(UNITS)}, "Unit1": {"weight_bytes": 4 * 4 * 27}}
    measured = Locked(found)
    assert measured.value("macs", "Unit*") == sum(UNITS)
    assert measured.value("weights", "Unit1") == 4 * 4 * 27
    assert measured.value("macs", "Unit1") is None
    assert measured.value("macs", "conv1") is None


def test_a_part_that_no_layer_is_has_no_figure() -> None:
    found = locked(SPEC.partition("budgets:")[0] + "budgets: [{metric: macs, of: Nothing, max_increase: 1%}]")
    assert found.parts == {}


def test_a_field_that_is_the_whole_input_stays_so() -> None:
    whole = locked("{input: [3, 8, 8], layers: [instance_norm: , conv: {out: 2, kernel: 3}]}")
    assert whole.figures["rf"] == EVERYTHING
    write_lock([whole])
    assert Locked((read_lock() or {})["a.yaml", None]).value("rf") == EVERYTHING


def test_a_grid_of_fractions_stays_so() -> None:
    coarse = locked("{input: [1, 12, 12], layers: [{adaptive_avg_pool: [4, 8]}]}")
    assert coarse.figures["grid"] == [3, "3/2"]
    write_lock([coarse])
    assert Locked((read_lock() or {})["a.yaml", None]).value("grid") == (3, Fraction(3, 2))


def test_an_entry_from_before_there_was_a_grid_is_read() -> None:
    figures = {key: value for key, value in FIGURES.items() if key != "grid"}
    assert Locked(Entry("a.yaml", None, figures, {})).value("grid") is None


def test_a_lock_file_is_sorted_with_a_line_per_entry() -> None:
    entries = [entry("b.yaml"), entry("ä.yaml"), entry("a.yaml", "y"), entry("a.yaml", "x"), entry("a/z.yaml")]
    lines = lock_text(entries).splitlines()
    assert lines[:3] == ["{", '"schema": "convcost.lock/1",', '"specs": [']
    assert lines[-2:] == ["]", "}"]
    read = [json.loads(line.rstrip(",")) for line in lines[3:-2]]
    assert [(one["path"], one["variant"]) for one in read] == [
        ("a.yaml", "x"), ("a.yaml", "y"), ("a/z.yaml", None), ("b.yaml", None), ("ä.yaml", None),
    ]  # fmt: skip
    assert list(read[0]) == ["path", "variant", "figures", "parts"]
    assert lock_text(reversed(entries)) == lock_text(entries)
    assert lock_text(entries).isascii()


def test_a_lock_file_has_the_same_bytes_after_a_round() -> None:
    write_lock([locked(), entry("b.yaml", "x", part={"macs": 5, "rf": [1, 3]})])
    with open(LOCK, "rb") as file:
        text = file.read()
    assert write_lock((read_lock() or {}).values()) is False
    with open(LOCK, "rb") as file:
        assert file.read() == text
    assert write_lock([locked()]) is True
    assert os.listdir() == [LOCK]


def test_no_lock_file_is_no_mistake() -> None:
    assert read_lock() is None


def test_no_entry_is_no_mistake() -> None:
    write_lock([])
    assert read_lock() == {}


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> main"])
def test_a_merge_conflict_is_told_with_its_line(marker: str) -> None:
    lines = lock_text([entry()]).split("\n")
    assert refusal("\n".join([*lines[:3], marker, *lines[3:]])) == (
        "convcost.lock.json has an unsettled merge conflict in line 4; take either side of it and run `convcost lock`"
    )


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000, lock_text([])[:-3], "1" * 5000])
def test_a_damaged_file_is_refused(text: str) -> None:
    message = refusal(text)
    assert message.startswith("convcost.lock.json is damaged: ")
    assert message.endswith("; restore it, or delete it and run `convcost lock`")


@pytest.mark.parametrize("text", [b"\xff", b"\0", b"\xff\xfe{\0}\0"])
def test_what_is_no_text_is_refused(text: bytes) -> None:
    assert refusal(text).startswith("convcost.lock.json is ")


def test_another_version_is_refused() -> None:
    assert refusal(lock_text([]).replace("lock/1", "lock/2")) == (
        "convcost.lock.json is a lock file of another version (convcost.lock/2, not convcost.lock/1);"
        " restore it, or delete it and run `convcost lock`"
    )


@pytest.mark.parametrize("text", ["{}", "[]", "5", '"x"', '{"schema": 1}', '{"schema": "convcost.analysis/1"}'])
def test_what_is_no_lock_file_is_refused(text: str) -> None:
    assert refusal(text) == "convcost.lock.json is no lock file of convcost; it is left as it is"


@pytest.mark.parametrize(
    "change",
    [
        {"path": None},
        {"path": 5},
        {"path": ["a"]},
        {"variant": 5},
        {"variant": {}},
        {"figures": None},
        {"figures": {}},
        {"figures": {**FIGURES, "macs": "many"}},
        {"figures": {**FIGURES, "macs": 1.5}},
        {"figures": {**FIGURES, "macs": True}},
        {"figures": {**FIGURES, "macs": -1}},
        {"figures": {**FIGURES, "rf": 3.5}},
        {"figures": {**FIGURES, "rf": "half"}},
        {"figures": {**FIGURES, "rf": {"a": 1}}},
        {"figures": {**FIGURES, "grid": 8}},
        {"figures": {**FIGURES, "grid": [1.5]}},
        {"figures": {**FIGURES, "grid": [True]}},
        {"figures": {**FIGURES, "grid": ["half"]}},
        {"figures": {**FIGURES, "grid": ["1/0"]}},
        {"figures": {**FIGURES, "grid": {"a": 1}}},
        {"figures": {**FIGURES, "output": [["a"]]}},
        {"figures": {**FIGURES, "output": None}},
        {"figures": {**FIGURES, "output": [5]}},
        {"figures": {key: value for key, value in FIGURES.items() if key != "layers"}},
        {"figures": {key: value for key, value in FIGURES.items() if key != "rf"}},
        {"parts": None},
        {"parts": {"a": 5}},
        {"parts": {"a": {"macs": 1.5}}},
        {"parts": {"a": {"macs": {}}}},
        {"parts": {"a": {"macs": "x"}}},
        {"parts": {"a": {"rf": [True]}}},
    ],
)
def test_an_entry_that_lacks_figures_is_refused(change: dict[str, object]) -> None:
    good = {"path": "a.yaml", "variant": None, "figures": FIGURES, "parts": {}}
    text = json.dumps({"schema": "convcost.lock/1", "specs": [{**good, **change}]})
    assert refusal(text) == (
        "convcost.lock.json is damaged: an entry lacks figures; restore it, or delete it and run `convcost lock`"
    )


@pytest.mark.parametrize("specs", [None, 5, "x", [5], [None]])
def test_entries_that_are_none_are_refused(specs: object) -> None:
    assert "an entry lacks figures" in refusal(json.dumps({"schema": "convcost.lock/1", "specs": specs}))


def test_an_entry_that_stands_there_twice_is_refused() -> None:
    assert refusal(lock_text([entry(), entry()])) == (
        "convcost.lock.json is damaged: it has an entry twice; restore it, or delete it and run `convcost lock`"
    )


def test_what_cannot_be_written_leaves_nothing_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    write_lock([entry()])
    with open(LOCK, "rb") as file:
        before = file.read()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(UsageError) as caught:
        write_lock([entry("b.yaml")])
    assert str(caught.value) == "convcost.lock.json cannot be written: No space left on device"
    with open(LOCK, "rb") as file:
        assert file.read() == before
    assert os.listdir() == [LOCK]


def test_a_folder_in_its_place_is_refused(folder: Path) -> None:
    (folder / LOCK).mkdir()
    with pytest.raises(UsageError):
        write_lock([entry()])


# Several at once. ----------------------------------------------------------------------------------------------


def added(path: str) -> bool:
    """Add an entry to the lock file, slowly."""

    def change(old: dict[tuple[str, str | None], Entry]) -> list[Entry]:
        time.sleep(0.02)
        return [*old.values(), entry(path)]

    return update_lock(change)


def test_who_writes_at_once_loses_nothing() -> None:
    paths = [f"{i}.yaml" for i in range(8)]
    with ThreadPoolExecutor(len(paths)) as pool:
        assert all(pool.map(added, paths))
    found = read_lock()
    assert found is not None
    assert [path for path, _ in found] == paths
    assert os.listdir() == [LOCK]


def test_what_a_process_has_left_when_it_was_ended_blocks_nobody() -> None:
    GUARD.write_bytes(b"")
    assert added("a.yaml")
    assert os.listdir() == [LOCK]


def test_a_process_that_does_not_end_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TURN", 0.1)
    with files.alone(LOCK), pytest.raises(UsageError) as caught:
        added("a.yaml")
    assert str(caught.value) == "convcost.lock.json cannot be written: Another process is writing it"
    assert os.listdir() == []
    assert added("a.yaml")


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")])
def test_a_folder_that_may_not_be_written_is_told_of(error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    added("a.yaml")

    def read_only(path: str, mode: str, **options: Any) -> Any:
        if "r" not in mode:
            raise error
        return open(path, mode, **options)

    monkeypatch.setattr(files, "open", read_only, raising=False)
    assert not update_lock(lambda old: old.values())  # nothing has changed
    with pytest.raises(UsageError) as caught:
        added("b.yaml")
    assert str(caught.value) == f"convcost.lock.json cannot be written: {error.strerror}"


def test_a_file_system_without_locks_keeps_nobody_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", lacking)
    assert added("a.yaml")


def test_the_file_that_a_link_leads_to_is_guarded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "real").mkdir()
    os.symlink("real/lock.json", LOCK)
    monkeypatch.setattr(files, "TURN", 0.1)
    with files.alone("real/lock.json"), pytest.raises(UsageError, match=r"Another process is writing it$"):
        added("a.yaml")
