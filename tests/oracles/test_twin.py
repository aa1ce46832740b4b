"""The exact stop search against the brute-force twin, on tables of drives.

The search does not chain drives past a charger by itself: wherever a drive of its table ends at a
charger it takes the overhead, even if nothing is charged.  So there are two tests:

- A table closed under driving past chargers, as tables that come from roads are, against a twin
  that may pass chargers at no cost.  All candidates of the theorem of finite departures (what a
  drive needs, the charge limit, breakpoints of power here and at the next stop) are whole levels,
  so the two are equal.
- The table as it is, against a twin that must plug in at every charger.  The theorem takes each
  departure to be bounded by its own drive and the limit alone, which is so unless nothing is
  charged at the next stop; there the departure may have to look past that stop.  So the search is
  equal wherever charging a level at least at every stop is as quick as any plan, and never better.
"""

import numpy as np
import pytest

from tests.oracles.plain_choice import Choice, plain_choice
from tests.oracles.table_worlds import (
    Table,
    TableWorld,
    as_levels,
    as_table,
    honest_bounds,
    no_bounds,
    random_table_world,
)
from tests.oracles.twin import ARRIVED, CHARGED, PLUGGED, shortest_time_s
from tripplan.search.kernels.labels import Bounds

WORLDS = 1200
BATCH = 200
ROOM = 30_000


def search(world: TableWorld, table: Table, bounds: Bounds, *, dominance: bool = True) -> Choice:
    charger_kw = np.append(world.powers_kw[world.power], [0.0, 0.0])
    found = plain_choice(
        table.drives,
        table.charging_function_s,
        charger_kw,
        bounds,
        table.constraints,
        ROOM,
        dominance=dominance,
    )
    assert found.complete or not dominance
    return found


@pytest.mark.parametrize("batch", range(WORLDS // BATCH))
def test_search_on_a_closed_table_equals_twin(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        world = random_table_world(seed)
        table = as_table(world, passing=True)
        expected = shortest_time_s(as_levels(world, ARRIVED))
        for bounds in (no_bounds(world), honest_bounds(world)):
            found = search(world, table, bounds)
            assert found.time_s == pytest.approx(expected, abs=1e-6), f"world {seed}"


@pytest.mark.parametrize("batch", range(WORLDS // BATCH))
def test_search_without_passing_equals_twin(batch: int) -> None:
    equal = 0
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        world = random_table_world(seed)
        table = as_table(world, passing=False)
        expected = shortest_time_s(as_levels(world, PLUGGED))
        always_charging = shortest_time_s(as_levels(world, CHARGED))
        for bounds in (no_bounds(world), honest_bounds(world)):
            found = search(world, table, bounds)
            assert found.time_s >= expected - 1e-6, f"world {seed}"
            if always_charging <= expected + 1e-6:
                assert found.time_s == pytest.approx(expected, abs=1e-6), f"world {seed}"
        equal += always_charging <= expected + 1e-6
    assert equal >= 0.9 * BATCH


@pytest.mark.parametrize("passing", [True, False])
def test_chosen_chain_can_be_driven(passing: bool) -> None:
    """Follow the labels piece by piece: energies, passing drives and times must add up."""
    for seed in range(WORLDS):
        world = random_table_world(seed)
        table = as_table(world, passing=passing)
        found = search(world, table, no_bounds(world))
        if found.chain:
            assert _driven_s(world, table, found) == pytest.approx(found.time_s, abs=1e-6), seed


def _driven_s(world: TableWorld, table: Table, found: Choice) -> float:
    time, energy, stop = 0.0, world.start * world.level_kwh, world.chargers
    reserve, full = world.reserve * world.level_kwh, world.full * world.level_kwh
    for label in found.chain:
        if stop < world.chargers:
            leave = float(found.labels.departed_kwh[label])
            assert energy - 1e-9 <= leave <= max(world.limit * world.level_kwh, energy) + 1e-9
            time += world.overhead_s + _charged_s(world, stop, energy, leave)
            energy = leave
        for part in table.parts[int(found.labels.drive[label])]:
            assert part.tail == stop
            stop = part.head
            time += part.time_s
            for spent in part.pieces:
                energy = min(energy - spent * world.level_kwh, full)
                assert energy >= reserve - 1e-6
    assert stop == world.chargers + 1
    assert energy >= world.final * world.level_kwh - 1e-6
    return time


def _charged_s(world: TableWorld, stop: int, energy_kwh: float, leave_kwh: float) -> float:
    """Time to charge, by interpolating the running sum of the cells."""
    cell_kwh = world.per_cell * world.level_kwh
    edges = np.arange(world.cells + 1) * cell_kwh
    running = np.concatenate([[0.0], np.cumsum(world.cell_s[world.power[stop]])])
    upto, since = np.interp([leave_kwh, energy_kwh], edges, running)
    return float(upto - since)


def test_dominance_and_bounds_lose_nothing() -> None:
    """Without dominance and bounds the search is plain enumeration, and finds the same."""
    enumerated = 0
    for seed in range(100):
        world = random_table_world(seed)
        table = as_table(world, passing=False)
        plain = search(world, table, no_bounds(world), dominance=False)
        if not plain.complete:
            continue
        found = search(world, table, honest_bounds(world))
        assert found.time_s == pytest.approx(plain.time_s, abs=1e-6), f"world {seed}"
        enumerated += 1
    assert enumerated >= 60


def test_worlds_are_worth_it() -> None:
    """Most worlds can be crossed, many only with several stops, and some not at all."""
    stops = []
    for seed in range(WORLDS):
        world = random_table_world(seed)
        stops.append(len(search(world, as_table(world, passing=True), no_bounds(world)).chain))
    tally = np.bincount(np.array(stops))
    assert tally[0] >= 0.05 * WORLDS
    assert tally[2:].sum() >= 0.4 * WORLDS
    assert tally[3:].sum() >= 0.15 * WORLDS


def test_passing_matters() -> None:
    """In many worlds the right to pass a charger changes the answer."""
    times = [
        [
            search(world, as_table(world, passing=passing), no_bounds(world)).time_s
            for passing in (True, False)
        ]
        for world in map(random_table_world, range(200))
    ]
    assert sum(with_passing < without - 1e-6 for with_passing, without in times) >= 20
