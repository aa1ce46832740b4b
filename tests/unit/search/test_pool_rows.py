"""Rows of a pool hold the drives that a plan below the ceiling can use, and only these."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from tests.samples.graphs import random_graph
from tripplan.arrays import Flags, Floats
from tripplan.physics.thermal import PackModel
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.many_to_many import ManyToMany
from tripplan.routing.row_batches import Promising
from tripplan.search.bounds import Scope
from tripplan.search.pool import DrivePool, RealDrives, RelaxedDrives
from tripplan.search.problem import Problem, Target

CHARGERS = 30
STOPS = CHARGERS + 2
ROUNDING = 1e-6
"""What a relaxation takes off the least weights of a drive before it looks at the scope."""
KINDS = [(stops, priced) for stops in (False, True) for priced in (False, True)]


def problem(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    return Problem(
        origin=CHARGERS,
        targets=(Target(CHARGERS + 1),),
        charger_node=np.arange(CHARGERS, dtype=np.int32),
        charger_kw=rng.uniform(20.0, 150.0, CHARGERS),
        capacity_kwh=40.0,
        start_kwh=30.0,
        reserve_kwh=4.1,
        final_kwh=4.1,
        limit_kwh=40.0,
        overhead_s=300.0,
        start_c=20.0,
        power=None,
        pack=PackModel(*(1.0 for _ in PackModel._fields)),
    )


def scope(seed: int, *, stops: bool, priced: bool, mean_s: float) -> Scope:
    """Return a random scope through which about half of all drives of some length lead."""
    rng = np.random.default_rng(seed)
    since_s, rest_s = rng.exponential(mean_s, (2, STOPS))
    rest_s[rng.integers(STOPS)] = np.inf
    found = Scope(since_s, rest_s, mean_s * (2.5 + 0.2 * stops), stop_s=300.0)
    if stops:
        until_s, onward_s = 300.0 * rng.integers(0, 3, (2, STOPS))
        found = replace(found, stops_until_s=until_s, stops_from_s=onward_s)
    if priced:
        since_s, rest_s = rng.normal(0.8 * mean_s, mean_s, (2, STOPS))
        priced_s = {"from_origin_priced_s": since_s, "to_end_priced_s": rest_s}
        found = replace(found, price_s_per_kwh=90.0, **priced_s)
    return found


def is_inside(asked: Scope, stop: int, there: int, time_s: float, least_kwh: float) -> bool:
    """Tell by sums of whole plans: of time, and of time with energy at its price."""
    stops_s = 0.0
    if asked.stops_until_s is not None and asked.stops_from_s is not None:
        stops_s = asked.stops_until_s[stop] + asked.stops_from_s[there]
    whole_s = [asked.from_origin_s[stop] + time_s + asked.to_end_s[there] + stops_s]
    if asked.from_origin_priced_s is not None and asked.to_end_priced_s is not None:
        ends_s = asked.from_origin_priced_s[stop] + asked.to_end_priced_s[there]
        whole_s.append(ends_s + time_s + asked.price_s_per_kwh * least_kwh + stops_s)
    return bool(max(whole_s) <= asked.ceiling_s)


@dataclass(eq=False)
class MadeUp:
    """Random drives between chargers, and none from elsewhere."""

    seed: int
    known: Mapping[int, DriveColumns] = field(default_factory=dict)

    def one_to_many(self, stop: int, _likely: Promising | None = None) -> DriveColumns:
        """Return drives from a charger, several to some of the others."""
        rng = np.random.default_rng([self.seed, stop])
        count = int(rng.integers(0, 60))
        there = np.sort(rng.integers(0, CHARGERS, count)).astype(np.int32)
        metric = rng.integers(0, 7, count).astype(np.int32)
        most = np.array([[4e3], [9.0], [9.0], [9.0], [1e6]])
        return DriveColumns(there, metric, *(most * rng.random((5, count))))

    def from_node(self, _node: int, _wanted: Flags | None = None) -> DriveColumns:
        """Return no drive."""
        none = np.zeros(0, np.int32)
        return DriveColumns(none, none, *np.zeros((5, 0)))

    def to_node(self, _node: int, _wanted: Flags | None = None) -> DriveColumns:
        """Return no drive."""
        return self.from_node(_node)

    def between(self, _source: int, _target: int) -> DriveColumns:
        """Return no drive."""
        return self.from_node(_source)


def row_of(pool: DrivePool, stop: int) -> Floats:
    """Stop, stage and values of the drives of a row, shape (drives, 9)."""
    drives = pool.drives
    here = slice(int(drives.row_begin[stop]), int(drives.row_end[stop]))
    return np.column_stack([column[here] for column in drives[:9]])


@pytest.mark.parametrize(("stops", "priced"), KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_real_rows_are_the_drives_that_can_matter(seed: int, *, stops: bool, priced: bool) -> None:
    asked, source = problem(seed), MadeUp(seed)
    within = scope(seed, stops=stops, priced=priced, mean_s=2000.0)
    pool = RealDrives(asked, source, within)
    given, kept = 0, 0
    for stop in range(CHARGERS):
        pool.fetch(stop)
        row = source.one_to_many(stop)
        expected = [
            (there, -1, time_s, need + 4.1, spent, 40.0 - drop, heat_j, 0.0, 0.0)
            for there, _, time_s, need, spent, drop, heat_j in zip(*row, strict=True)
            if is_inside(within, stop, int(there), time_s, spent)
        ]
        assert row_of(pool, stop).tolist() == np.reshape(expected, (-1, 9)).tolist()
        begin = int(pool.row_begin[stop])
        codes = [pool.code(begin + k) for k in range(len(expected))]
        metrics = [
            int(row.metric[k])
            for k in range(row.stop.size)
            if is_inside(within, stop, int(row.stop[k]), row.time_s[k], row.consumed_kwh[k])
        ]
        assert codes == metrics
        given, kept = given + row.stop.size, kept + len(expected)
    assert 20 < kept < 0.9 * given


@pytest.mark.parametrize(("stops", "priced"), KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_relaxed_rows_are_the_trades_that_can_matter(
    seed: int, *, stops: bool, priced: bool
) -> None:
    """Against the envelopes of all stops, looked at one by one."""
    graph = random_graph(seed, nodes=STOPS)
    asked = problem(seed)
    rows = ManyToMany(graph.customized(36.0, 3), asked.charger_node)
    mean_s = float(np.mean([rows.scalarized_one_to_many(k).time_s.mean() for k in range(9)]))
    within = scope(seed, stops=stops, priced=priced, mean_s=mean_s)
    pool = RelaxedDrives(asked, rows, within)
    given, kept = 0, 0
    for stop in range(CHARGERS):
        pool.fetch(stop)
        weights = rows.scalarized_one_to_many(stop)
        near = {
            int(there)
            for there, fast_s, least_kwh in zip(
                weights.stop, weights.time_s, weights.least_kwh, strict=True
            )
            if is_inside(within, stop, int(there), fast_s - ROUNDING, least_kwh - ROUNDING)
        }
        there, corners = rows.relaxed_one_to_many(stop)
        expected = [
            (k, -1, time_s, energy + 4.1, energy, 40.0, 0.0, rate, width)
            for k, time_s, energy, rate, width in zip(there, *corners, strict=True)
            if k in near and is_inside(within, stop, int(k), time_s, energy - width)
        ]
        assert row_of(pool, stop).tolist() == np.reshape(expected, (-1, 9)).tolist()
        assert all(pool.code(int(pool.row_begin[stop]) + k) == -1 for k in range(len(expected)))
        given, kept = given + there.size, kept + len(expected)
    assert 20 < kept < 0.9 * given


def test_a_pool_grows_and_keeps_what_it_holds() -> None:
    """Whoever read its columns before reads them anew after it has grown."""
    asked, source = problem(1), MadeUp(1)
    whole = Scope(np.zeros(STOPS), np.zeros(STOPS), math.inf)
    pool = RealDrives(asked, source, whole)
    room = pool.drives.time_s.size
    pool.fetch(3)
    before, long = row_of(pool, 3), source.one_to_many(4)
    pool.set_row(4, np.resize(long.stop, room), [0.0] * 8)
    assert pool.drives.time_s.size > room
    pool.fetch(5)
    assert np.array_equal(row_of(pool, 3), before)
    assert np.array_equal(row_of(pool, 5)[:, 2], source.one_to_many(5).time_s)


def test_rows_that_are_known_and_as_promising_come_along() -> None:
    """Those of stops through which a plan could be as quick; others are waited for."""
    asked, source = problem(1), MadeUp(1)
    since_s = np.append(np.arange(CHARGERS) * 100.0, [0.0, 0.0])
    source.known = {k: source.one_to_many(k) for k in (2, 5, 9)}
    pool = RealDrives(asked, source, Scope(since_s, np.zeros(STOPS), math.inf))
    assert (pool.row_begin[:CHARGERS] < 0).all()
    pool.fetch(7)
    assert np.flatnonzero(pool.row_begin[:CHARGERS] >= 0).tolist() == [2, 5, 7]
    source.known = {k: source.one_to_many(k) for k in (2, 3, 5, 7, 8, 9)}
    pool.fetch(8)
    assert np.flatnonzero(pool.row_begin[:CHARGERS] >= 0).tolist() == [2, 5, 7, 8]
    pool.fetch(4)
    assert np.flatnonzero(pool.row_begin[:CHARGERS] >= 0).tolist() == [2, 3, 4, 5, 7, 8]
    for stop in (2, 3, 4, 5, 7, 8):
        assert np.array_equal(row_of(pool, stop)[:, 2], source.one_to_many(stop).time_s)
