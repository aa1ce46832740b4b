"""The exact stop search against the brute-force twin, on tables of drives."""

import math

import numpy as np
import pytest

from tests.oracles.table_worlds import (
    Table,
    TableWorld,
    as_levels,
    as_table,
    honest_bounds,
    no_bounds,
    random_table_world,
)
from tests.oracles.twin import shortest_time_s
from tripplan.search.kernels.stops import Bounds, Labels, choose_stops

WORLDS = 1200
BATCH = 200
ROOM = 200_000


def search(world: TableWorld, bounds: Bounds) -> tuple[float, int, Labels, Table]:
    table = as_table(world)
    best, winner, labels, _, complete = choose_stops(
        table.drives, table.level, table.tau_s, bounds, table.wishes, math.inf, ROOM
    )
    assert complete
    return best, winner, labels, table


@pytest.mark.parametrize("batch", range(WORLDS // BATCH))
def test_search_equals_twin(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        world = random_table_world(seed)
        expected = shortest_time_s(as_levels(world))
        for bounds in (no_bounds(world), honest_bounds(world)):
            best, winner, _, _ = search(world, bounds)
            assert (winner < 0) == math.isinf(expected), f"world {seed}"
            assert best == pytest.approx(expected, abs=1e-6), f"world {seed}"


def test_chosen_chain_can_be_driven() -> None:
    """Follow the labels piece by piece: energies, passing drives and times must add up."""
    for seed in range(WORLDS):
        world = random_table_world(seed)
        best, winner, labels, table = search(world, no_bounds(world))
        if winner >= 0:
            assert _driven_s(world, table, labels, winner) == pytest.approx(best, abs=1e-6), seed


def _driven_s(world: TableWorld, table: Table, labels: Labels, winner: int) -> float:
    chain = []
    while labels.parent[winner] >= 0:
        chain.append(winner)
        winner = int(labels.parent[winner])
    time, energy, stop = 0.0, world.start * world.level_kwh, world.chargers
    reserve, full = world.reserve * world.level_kwh, world.full * world.level_kwh
    for label in reversed(chain):
        if stop < world.chargers:
            leave = float(labels.departed_kwh[label])
            assert leave <= max(world.limit * world.level_kwh, energy) + 1e-9
            time += world.overhead_s + _charged_s(world, stop, energy, leave)
            energy = leave
        drive = int(labels.drive[label])
        parts = []
        while drive >= 0:
            parts.append(table.direct[int(table.last[drive])])
            drive = int(table.before[drive])
        for part in reversed(parts):
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


def test_worlds_are_worth_it() -> None:
    """Most worlds can be crossed, many only with several stops, and some not at all."""
    stops = []
    for seed in range(WORLDS):
        world = random_table_world(seed)
        _, winner, labels, _ = search(world, no_bounds(world))
        count = -1
        while winner >= 0 and labels.parent[winner] >= 0:
            count += 1
            winner = int(labels.parent[winner])
        stops.append(count)
    tally = np.bincount(np.array(stops) + 1)
    assert tally[0] >= 0.05 * WORLDS
    assert tally[2:].sum() >= 0.4 * WORLDS
    assert tally[3:].sum() >= 0.15 * WORLDS
