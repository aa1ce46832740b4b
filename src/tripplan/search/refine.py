"""Drive given chains of stops anew, at finely graded speeds: from a good plan to a better one.

The search over the whole region knows but a few speeds for each road.  Here the roads of a few
chains of stops are taken at many, and the search is run again over these drives alone, to find
departures, speeds and, among the chains, stops that fit together best.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan.search.customised import Customised, Metric
from tripplan.search.kernels.customise import COST, DROP, HEAT, NEED, TIME
from tripplan.search.kernels.dense import chained, drives_at_rates, fitted
from tripplan.search.kernels.sweep import new_sweep_work, way_ranks
from tripplan.search.kernels.unpack import unpack
from tripplan.search.pool import DrivePool, is_backward
from tripplan.search.question import Question
from tripplan.search.run import Step
from tripplan.units import MS_PER_S, MWH_PER_KWH

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Choice = NDArray[np.uint8]

_RATES = np.concatenate([[0.0], np.geomspace(0.6, 60.0, 44), [np.inf]])
"""Rates at which each road is driven, as multiples of that of the quickest charging."""


@dataclass(frozen=True, eq=False)
class Drive:
    """Roads and speeds of one leg."""

    arcs: Ints
    speed: Choice
    """Index of the share of its usual speed for each arc."""


class Roads:
    """Reads roads from a hierarchy, with one workspace for all.

    Parameters
    ----------
    ground
        The roads with their costs.
    """

    def __init__(self, ground: Customised) -> None:
        self._ground = ground
        self._work = new_sweep_work(ground.hierarchy.node_count)

    def arcs(self, metric: Metric, source: int, target: int, *, backward: bool) -> Ints:
        """Arcs of the drive that a metric found from a node to another; empty if there is none.

        Parameters
        ----------
        metric
            The metric.
        source, target
            Nodes.
        backward
            Whether the search for the drive started at its target: as those to a goal from
            chargers do.
        """
        ground = self._ground
        tree = ground.hierarchy
        start, end = int(tree.rank[source]), int(tree.rank[target])
        climb, descend = metric.up, metric.down
        if backward:
            start, end, climb, descend = end, start, descend, climb
        selection = tree.selection(np.array([end], np.int32))
        full = ground.full_mwh
        ranks = way_ranks(
            tree.graph, climb, descend, start, end, selection, full, not backward, self._work
        )
        costs = (metric.up, metric.down, metric.roads)
        return unpack(tree.graph, *costs, tree.first_out, tree.head, tree.order, full, ranks)

    def drive(self, index: int, source: int, target: int, *, backward: bool) -> Drive:
        """Roads and speeds of the drive that a metric found; parameters as in `arcs`."""
        metric = self._ground.metrics[index]
        arcs = self.arcs(metric, source, target, backward=backward)
        return Drive(arcs, metric.share[arcs])


class FineDrives(DrivePool):
    """Drives between consecutive stops of a few chains, at many speeds.

    Parameters
    ----------
    question
        The trip.
    ground
        The roads with their costs.
    chains
        Chains of stops.
    """

    def __init__(
        self, question: Question, ground: Customised, chains: Iterable[tuple[Step, ...]]
    ) -> None:
        super().__init__(question)
        self._ground = ground
        self._found: list[Drive] = []
        self._roads = Roads(ground)
        self.row_begin[:] = 0
        self.row_end[:] = 0
        chargers, laps = question.charger_node.size, len(question.goals)
        rows: dict[int, dict[int, None]] = {}
        goals: dict[int, dict[int, None]] = {lap: {} for lap in range(laps)}
        for chain in chains:
            stop, lap = chargers + laps, 0
            for step in chain:
                if step.lap > lap:
                    goals[lap][stop] = None
                else:
                    rows.setdefault(stop, {})[step.stop] = None
                stop, lap = step.stop, step.lap
        for stop, others in rows.items():
            tables = [self._fine(stop, other) for other in others]
            there = [np.full(t.shape[1], other, np.int32) for t, other in zip(tables, others)]
            if tables:
                self.set_row(stop, np.concatenate(there), np.concatenate(tables, axis=1))
        for lap, stops in goals.items():
            ordered = sorted(stops)
            tables = [self._fine(stop, chargers + lap) for stop in ordered]
            here = [np.full(t.shape[1], stop, np.int32) for t, stop in zip(tables, ordered)]
            if tables:
                self.set_goal(lap, np.concatenate(here), np.concatenate(tables, axis=1))

    def fetch(self, stop: int) -> None:
        """All rows are there from the beginning."""
        raise AssertionError(f"row {stop} was asked for")

    def alternatives(self, stop: int, lap: int, other: int) -> Ints:
        """Numbers of the drives from a stop to another in a lap, the quickest first."""
        drives = self.drives
        goal = other >= self.question.charger_node.size
        begin = self.goal_begin[lap, stop] if goal else self.row_begin[stop]
        end = self.goal_end[lap, stop] if goal else self.row_end[stop]
        numbers = np.arange(begin, end)
        numbers = numbers[drives.stop[begin:end] == other]
        return np.asarray(numbers[np.argsort(drives.time_s[numbers], kind="stable")], np.int32)

    def drive(self, number: int) -> Drive:
        """Roads and speeds of a drive of the pool."""
        return self._found[self.metric(number)]

    def _fine(self, stop: int, other: int) -> Floats:
        """Columns of the drives between two stops, shape (8, drives)."""
        nodes = self.question.stop_node
        source, target = int(nodes[stop]), int(nodes[other])
        if source == target:
            self._found.append(Drive(np.empty(0, np.int32), np.empty(0, np.uint8)))
            values = np.zeros((1, 5), np.int32)
            return self._columns(values)
        tables, known = [], set()
        for metric in self._ground.metrics:
            backward = is_backward(self.question, stop, other)
            arcs = self._roads.arcs(metric, source, target, backward=backward)
            key = arcs.tobytes()
            if arcs.size and key not in known:
                known.add(key)
                tables.append(self._graded(arcs, stop))
        if not tables:
            return np.zeros((8, 0))
        return np.concatenate(tables, axis=1)

    def _graded(self, arcs: Ints, stop: int) -> Floats:
        """Columns of the drives over given arcs."""
        ground, question = self._ground, self.question
        values = np.ascontiguousarray(ground.values[:, arcs])
        spared = np.ascontiguousarray(ground.spared_mwh[:, arcs])
        rates = _RATES * ground.base_rate * MS_PER_S / MWH_PER_KWH
        total, choice = drives_at_rates(values, spared, rates, ground.full_mwh)
        _, first = np.unique(choice, axis=0, return_index=True)
        choice = choice[np.sort(first)]
        total = total[np.sort(first)]
        held = question.start_kwh if question.stop_kw[stop] <= 0.0 else question.limit_kwh
        final = question.final_kwh - question.reserve_kwh
        for spare in dict.fromkeys((0.0, final)):
            budget = int((held - question.reserve_kwh - spare) * MWH_PER_KWH)
            fits = np.flatnonzero(total[:, NEED] <= budget)
            if fits.size and fits[0] > 0:
                at = int(fits[0])
                exact = fitted(
                    values, choice[at - 1], choice[at], spared, budget, ground.full_mwh
                )[None, :]
                choice = np.concatenate([choice, exact])
                total = np.concatenate([total, chained(values, exact, ground.full_mwh)])
        kept = total[:, NEED] <= ground.full_mwh
        self._found += [Drive(arcs, row) for row in choice[kept]]
        return self._columns(total[kept])

    def _columns(self, values: Ints) -> Floats:
        """Values in the order of the pool; the drives are the last ones found."""
        question = self.question
        count = values.shape[0]
        columns = np.zeros((8, count))
        columns[0] = values[:, TIME] / MS_PER_S
        columns[1] = values[:, NEED] / MWH_PER_KWH + question.reserve_kwh
        columns[2] = values[:, COST] / MWH_PER_KWH
        columns[3] = question.capacity_kwh - values[:, DROP] / MWH_PER_KWH
        columns[4] = values[:, HEAT]
        columns[7] = np.arange(len(self._found) - count, len(self._found))
        return columns
