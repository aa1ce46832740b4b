"""Nothing of a batch is lost: journals, sudden ends, rows that kill, executors of every kind.

No row here is searched for: plans are the sample's, or rows are wrong on purpose.
"""

import json
import os
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.samples.plan_with_waypoints import visits_plan
from tripplan.batch import Outcome, dispatch, plan_each, plan_many
from tripplan.batch.dispatch import Dispatch
from tripplan.batch.worker import Job
from tripplan.cli.main import app
from tripplan.errors import DataError, SourceError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

ROWS = 60


class Deadly:
    """Ends the process that unpickles it, as a crash would."""

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return os._exit, (9,)


@pytest.fixture(autouse=True)
def _sample(monkeypatch: pytest.MonkeyPatch) -> None:
    def plan(_planner: Planner, trip: Trip, _vehicle: Vehicle, **_how: object) -> Plan:
        return visits_plan().model_copy(update={"trip": trip})

    monkeypatch.setattr(Planner, "plan", plan)


def trips() -> list[dict[str, Any]]:
    """Rows of three cars in turn, at two temperatures; the third car is not there."""
    cars = ("nissan-sakura", "nissan-leaf-40", "no-such-car")
    return [
        {
            "origin": "Denver, CO",
            "destination": "Vail, CO",
            "vehicle": cars[k % 3],
            "ambient_c": (-5, 20)[k % 2],
            "departure_soc": 0.3 + k / 100,
        }
        for k in range(ROWS)
    ]


def run(folder: Path, rows: object, **how: Any) -> list[Outcome]:
    folder.mkdir(exist_ok=True)
    return plan_many(rows, journal=folder / "journal", plans=folder / "plans", **how)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "plans").iterdir()}


@pytest.fixture(name="undisturbed")
def fixture_undisturbed(tmp_path: Path) -> tuple[list[Outcome], dict[str, bytes]]:
    outcomes = run(tmp_path / "undisturbed", trips())
    assert [o.index for o in outcomes] == list(range(ROWS))
    assert [o.status for o in outcomes] == ["ok", "ok", "invalid"] * (ROWS // 3)
    assert [o.figures["ambient_c"] for o in outcomes[:2]] == [-5, 20]
    return outcomes, files(tmp_path / "undisturbed")


@pytest.mark.parametrize("stopped_after", [1, 9, 40, 59])
def test_what_was_stopped_is_finished_without_repeating_a_row(
    tmp_path: Path, undisturbed: tuple[list[Outcome], dict[str, bytes]], stopped_after: int
) -> None:
    folder = tmp_path / "stopped"
    folder.mkdir()
    some = plan_each(trips(), journal=folder / "journal", plans=folder / "plans")
    list(islice(some, stopped_after))
    some.close()  # type: ignore[attr-defined]
    before = (folder / "journal").read_bytes()
    with (folder / "journal").open("ab") as file:
        file.write(b'{"index": 58, "stat')
    with pytest.raises(DataError, match="has not come to its end: resume it"):
        run(folder, trips())
    assert run(folder, trips(), resume=True) == undisturbed[0]
    assert files(folder) == undisturbed[1]
    after = (folder / "journal").read_bytes()
    assert after.startswith(before)
    entries = [json.loads(line) for line in after.splitlines()[1:-1]]
    assert sorted(entry["index"] for entry in entries) == list(range(ROWS))
    assert run(folder, trips(), resume=True) == undisturbed[0]
    assert (folder / "journal").read_bytes() == after


def test_a_journal_of_another_batch_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(folder, trips())
    changed = trips()
    changed[7]["departure_soc"] = 0.99
    with pytest.raises(DataError, match="row 7 was another trip"):
        run(folder, changed, resume=True)
    with pytest.raises(DataError, match="rows beyond the 10 given"):
        run(folder, trips()[:10], resume=True)
    lines = (folder / "journal").read_bytes().splitlines(keepends=True)
    (folder / "journal").write_bytes(b"".join([*lines[:3], b"rubbish\n", *lines[3:]]))
    with pytest.raises(DataError, match="line 4 is damaged"):
        run(folder, trips(), resume=True)


def test_threads_give_what_one_gives(
    tmp_path: Path, undisturbed: tuple[list[Outcome], dict[str, bytes]]
) -> None:
    with ThreadPoolExecutor(3) as threads:
        assert run(tmp_path / "threads", trips(), executor=threads, workers=3) == undisturbed[0]
    assert files(tmp_path / "threads") == undisturbed[1]
    with pytest.raises(SourceError, match="takes no more work"):
        run(tmp_path / "closed", trips(), executor=threads)


class Forgetful(Executor):
    """Loses every chunk that has one of these rows, as a cluster does whose worker dies."""

    def __init__(self, lost: Sequence[int], times: int) -> None:
        self._left = dict.fromkeys(lost, times)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Plan at once, or lose the chunk."""
        with ThreadPoolExecutor(1) as thread:
            hit = [index for index, _ in args[1] if self._left.get(index, 0) > 0]
            for index in hit:
                self._left[index] -= 1
            return thread.submit(lost) if hit else thread.submit(fn, *args, **kwargs)


def lost() -> None:
    raise ConnectionError("the worker is gone")


def test_a_lost_worker_costs_no_row(
    tmp_path: Path, undisturbed: tuple[list[Outcome], dict[str, bytes]]
) -> None:
    assert run(tmp_path / "a", trips(), executor=Forgetful((3, 30), 3)) == undisturbed[0]
    found = run(tmp_path / "b", trips(), executor=Forgetful((3, 30), 4))
    failed = {o.index: o.reason for o in found if o.status == "failed"}
    assert list(failed) == [3, 30]
    assert "each time it was tried (ConnectionError: the worker is gone)" in failed[3]
    kept = [o for o in undisturbed[0] if o.index not in failed]
    assert [o for o in found if o.index not in failed] == kept


class Deserted(Executor):
    """Takes work that nobody will do, as Dask does once its scheduler is gone."""

    _client = SimpleNamespace(status="closed")

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Return what never ends."""
        del fn, args, kwargs
        return Future()


def test_a_scheduler_that_is_gone_ends_the_batch_and_another_goes_on(
    tmp_path: Path,
    undisturbed: tuple[list[Outcome], dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "_LOOK_S", 0.01)
    with pytest.raises(SourceError, match=r"scheduler does not answer.*resume with another"):
        run(tmp_path / "out", trips(), executor=Deserted())
    assert run(tmp_path / "out", trips(), resume=True) == undisturbed[0]


def test_a_journal_in_use_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    first = plan_each(trips(), journal=tmp_path / "journal")
    next(first)
    with pytest.raises(DataError, match="is in use"):
        plan_many(trips(), journal=tmp_path / "journal", resume=True)
    first.close()  # type: ignore[attr-defined]
    assert len(plan_many(trips(), journal=tmp_path / "journal", resume=True)) == ROWS


def test_rows_whose_plans_are_gone_are_planned_again(
    tmp_path: Path, undisturbed: tuple[list[Outcome], dict[str, bytes]]
) -> None:
    folder = tmp_path / "out"
    run(folder, trips())
    (folder / "plans" / "000003.json").unlink()
    (folder / "plans" / "000004.json").write_bytes(b"")
    (folder / "plans" / ".000006.json.x.part").write_bytes(b"{")
    assert run(folder, trips(), resume=True) == undisturbed[0]
    assert files(folder) == undisturbed[1]


def test_each_vehicle_gets_each_trip(tmp_path: Path) -> None:
    pair = [{"origin": "Denver, CO", "destination": town} for town in ("Vail, CO", "Frisco, CO")]
    found = run(tmp_path / "out", pair, vehicles=("nissan-sakura", "no-such-car"))
    assert [o.status for o in found] == ["ok", "invalid"] * 2
    assert [o.figures["destination"] for o in found] == [
        *["Vail, CO"] * 2,
        *["Frisco, CO"] * 2,
    ]
    assert [o.plan_json for o in found] == ["plans/000000.json", "", "plans/000002.json", ""]


def test_rows_that_kill_their_worker_fail_and_no_other_does() -> None:
    """With real processes; the other rows are wrong, so that none has to be searched for."""
    ends = {"origin": "Denver, CO", "destination": "Vail, CO"}
    rows = [(index, {**ends, "vehicle": Deadly()} if index == 5 else ends) for index in range(20)]
    job = Job("starter", Settings(), "figures")
    results = Dispatch(job, None, workers=1).run(iter([rows[:8], rows[8:16], rows[16:]]))
    found = {outcome.index: outcome for result in results for outcome, _ in result}
    assert sorted(found) == list(range(20))
    assert [o.index for o in found.values() if o.status == "failed"] == [5]
    assert "ended unexpectedly" in found[5].reason
    assert {o.reason for o in found.values() if o.index != 5} == {"the trip lacks vehicle"}


def test_files_and_frames_give_the_same_rows(
    tmp_path: Path, undisturbed: tuple[list[Outcome], dict[str, bytes]]
) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(trips())
    frame.to_parquet(tmp_path / "trips.parquet")
    frame.to_json(tmp_path / "trips.jsonl", orient="records", lines=True, double_precision=15)
    assert run(tmp_path / "a", frame) == undisturbed[0]
    assert run(tmp_path / "b", tmp_path / "trips.parquet") == undisturbed[0]
    assert run(tmp_path / "c", tmp_path / "trips.jsonl") == undisturbed[0]


def test_the_command_goes_on_and_tells_scripts_how_far_it_is(tmp_path: Path) -> None:
    path, out = tmp_path / "trips.jsonl", tmp_path / "out"
    path.write_text("".join(json.dumps(row) + "\n" for row in trips()))
    words = ["batch", str(path), "-o", str(out), "-w", "1"]
    first = CliRunner().invoke(app, [*words, "--quiet"])
    assert (first.exit_code, first.output) == (0, "")
    table, plans = (out / "results.csv").read_bytes(), files(out)
    assert table.count(b"\n") == ROWS + 1
    journal = out / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:30]))
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 2
    assert "resume it, or delete it" in " ".join(refused.output.split())
    again = CliRunner().invoke(app, [*words, "--resume", "--json"])
    last = json.loads(again.stderr.splitlines()[-1])
    assert (last["done"], last["total"]) == (ROWS, ROWS)
    assert (last["ok"], last["invalid"], last["failed"]) == (ROWS - ROWS // 3, ROWS // 3, 0)
    assert ((out / "results.csv").read_bytes(), files(out)) == (table, plans)
