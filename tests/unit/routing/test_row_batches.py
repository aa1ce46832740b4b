"""Rows that are made together are those that single sweeps find, whoever stands beside whom."""

import numpy as np
import pytest

from tests.samples.graphs import random_graph
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.kernels.customise import NO_WAY, customise
from tripplan.routing.kernels.rphast import restricted
from tripplan.routing.many_to_many import ManyToMany
from tripplan.routing.row_batches import WIDTH, Likely, RowBatches

GRAPHS = range(12)
PLENTY_KWH = 1000.0


def every_stop(rows: ManyToMany) -> Likely:
    """Take all stops for likely, in the order of their numbers."""
    stops = np.arange(rows.stop_node.size, dtype=np.int32)
    return Likely(stops, stops.size)


def drives_at(seed: int, full_kwh: float, nodes: int = 40) -> ManyToMany:
    """Return drives between all nodes of a random graph."""
    graph = random_graph(seed, nodes=nodes)
    return ManyToMany(graph.customized(full_kwh, seed), np.arange(nodes, dtype=np.int32))


def as_table(drives: DriveColumns, stop: int) -> np.ndarray:
    """Drives to other stops than one, shape (drives, columns)."""
    table = np.column_stack(drives)
    return np.asarray(table[table[:, 0] != stop])


@pytest.mark.parametrize("full_kwh", [0.3, 0.8, PLENTY_KWH])
@pytest.mark.parametrize("seed", GRAPHS)
def test_drives_are_those_of_single_sweeps(seed: int, full_kwh: float) -> None:
    """Also where the battery limits what can be driven."""
    rows = drives_at(seed, full_kwh)
    compared = 0
    for stop in range(rows.stop_node.size):
        row = rows.one_to_many(stop, every_stop(rows))
        # The drives from an end of a trip are found by a sweep of one source.
        alone = rows.from_node(int(rows.stop_node[stop]))
        assert np.array_equal(np.column_stack(row), as_table(alone, stop))
        compared += row.stop.size
    assert compared > 100


@pytest.mark.parametrize("full_kwh", [0.3, PLENTY_KWH])
@pytest.mark.parametrize("seed", GRAPHS)
def test_least_weights_are_those_of_single_sweeps(seed: int, full_kwh: float) -> None:
    rows = drives_at(seed, full_kwh)
    for stop in range(rows.stop_node.size):
        row = rows.scalarized_one_to_many(stop, every_stop(rows))
        alone = rows.scalarized_from(int(rows.stop_node[stop]))
        reached = np.isfinite(alone[:, 0]) & (alone[:, -1] <= full_kwh)
        reached[stop] = False
        assert np.array_equal(row.stop, np.flatnonzero(reached))
        assert np.array_equal(row.weight(rows.customized), alone[reached])
        assert np.array_equal(row.time_s, alone[reached, 0])
        assert np.array_equal(row.least_kwh, alone[reached, -1])


def test_a_row_does_not_depend_on_those_beside_it() -> None:
    together, one_by_one = drives_at(5, 0.8), drives_at(5, 0.8)
    for stop in range(together.stop_node.size):
        one = together.one_to_many(stop, every_stop(together))
        assert np.array_equal(np.column_stack(one), np.column_stack(one_by_one.one_to_many(stop)))


def test_both_rows_of_a_stop_come_of_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relaxed row of a stop asks for no second sweep, however many others came between."""
    rows, batches = drives_at(3, PLENTY_KWH, nodes=200), list[int]()
    made = RowBatches.made

    def counted(self: RowBatches, stops: np.ndarray) -> object:
        batches.append(stops.size)
        return made(self, stops)

    monkeypatch.setattr(RowBatches, "made", counted)
    for stop in range(200):
        rows.one_to_many(stop, every_stop(rows))
    assert len(batches) <= 200 // WIDTH + 2
    assert sum(batches) == 200
    for stop in range(200):
        rows.relaxed_one_to_many(stop)
    assert sum(batches) == 200


def test_a_batch_holds_the_stop_and_promising_ones_that_are_not_known() -> None:
    rows = drives_at(2, PLENTY_KWH, nodes=120)
    tree = rows.customized.hierarchy
    part = restricted(tree.graph, tree.selection(tree.rank[rows.stop_node]))
    batches = RowBatches(rows.customized, part, rows.stop_node)
    alone = batches.chosen(7, None, {})
    assert alone.tolist() == [7]
    order = np.random.default_rng(1).permutation(120).astype(np.int32)
    few = batches.chosen(7, Likely(order, 3), {})
    # Fewer are as promising as what was asked for: the next best fill the batch.
    assert set(few) == {7, *[k for k in order.tolist() if k != 7][: WIDTH - 1]}
    known = dict.fromkeys(range(0, 120, 2))
    some = batches.chosen(7, Likely(order, 120), known)
    assert some.size == WIDTH
    assert 7 in some
    assert not set(some.tolist()) & set(known)


@pytest.mark.parametrize("seed", GRAPHS)
def test_metrics_of_one_pass_are_those_of_one_pass_each(seed: int) -> None:
    for full_kwh in (0.3, PLENTY_KWH):
        customized = random_graph(seed).customized(full_kwh, seed)
        tree = customized.hierarchy
        for metric in customized.metrics:
            plain = customise(tree.graph, tree.roads, metric.roads, customized.full_mwh)
            for side, expected in zip((metric.up, metric.down), plain, strict=True):
                assert np.array_equal(side.weight, expected.weight)
                known = expected.weight < NO_WAY
                assert known.any()
                assert np.array_equal(side.values[known], expected.values[known])
