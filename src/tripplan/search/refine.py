"""Drive given chains of stops anew, at finely graded speeds: from a good plan to a better one.

The search over the whole region knows but a few speeds for each road.  Here the roads of a few
chains of stops are taken at many, and the search is run again over these drives alone, to find
departures, speeds and, among the chains, stops that fit together best.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Bytes, Floats, Ints
from tripplan.records.settings import Settings
from tripplan.routing.customization import CustomizedHierarchy, Metric
from tripplan.routing.kernels.customise import COLUMNS, CONSUMED, DROP, HEAT, MIN_DEPARTURE, TIME
from tripplan.routing.kernels.phast import phast_way, way_ranks
from tripplan.routing.kernels.unpack import unpack
from tripplan.search.chain import ChosenChain
from tripplan.search.kernels.context import FULLEST
from tripplan.search.kernels.dense import chained, drives_at_rates, fitted
from tripplan.search.kernels.labels import Bounds
from tripplan.search.kernels.pool_rows import VALUES
from tripplan.search.label_setting import Found, Step, search
from tripplan.search.pool import DrivePool, is_backward, passive
from tripplan.search.problem import Problem
from tripplan.units import MS_PER_S, MWH_PER_KWH

_RATES = np.concatenate([[0.0], np.geomspace(0.6, 60.0, 44), [np.inf]])
"""Rates at which each road is driven, as multiples of that of the quickest charging."""
_SLOWED_KWH = 1e-3
_LEAST_SHARE = 0.6
"""The thriftiest drive past some chargers takes at least this share of what the quick drives from
one to the next take; where even that is more than the battery gives, none is looked for
(assumption: a miss costs a better plan, not the proof)."""


@dataclass(frozen=True, eq=False)
class Drive:
    """Roads and speeds of one leg."""

    arcs: Ints
    speed: Bytes
    """Index of the share of its usual speed for each arc, shape (arcs,)."""
    cuts: tuple[int, ...] = ()
    """Positions in ``arcs`` of the first arc behind each place that is passed."""

    def parts(self) -> list["Drive"]:
        """Return the drives between these places."""
        ends = [0, *self.cuts, self.arcs.size]
        return [Drive(self.arcs[a:b], self.speed[a:b]) for a, b in pairwise(ends)]


def passing(before: Drive, after: Drive) -> Drive:
    """Return two drives as one that passes where the first ends and the second begins."""
    return Drive(
        np.concatenate([before.arcs, after.arcs]), np.concatenate([before.speed, after.speed])
    )


class Roads:
    """Reads roads from a hierarchy.

    Parameters
    ----------
    customized
        The roads with their costs.
    """

    def __init__(self, customized: CustomizedHierarchy) -> None:
        self._customized = customized

    def arcs(self, metric: Metric, source: int, target: int, *, backward: bool) -> Ints:
        """Arcs of the drive that a metric found from a node to another; empty if there is none.

        Parameters
        ----------
        metric
            The metric.
        source, target
            Nodes.
        backward
            Whether the search for the drive started at its target: as those from
            chargers to a target of the trip do.
        """
        customized = self._customized
        tree, full = customized.hierarchy, customized.full_mwh
        if source == target:
            return np.empty(0, np.int32)
        out = customized.seeds(metric, source, full, leaving=True)
        into = customized.seeds(metric, target, full, leaving=False)
        seeds, goals = (into, out) if backward else (out, into)
        selection, travel = tree.selection(goals.rank), metric.travel(forward=not backward)
        direct = customized.direct(metric, source, target, full)
        if direct.arcs:
            weight, _ = phast_way(tree.graph, travel, seeds, goals, selection, full, tree.work)
            if direct.weight <= weight:
                return np.array(direct.arcs, np.int32)
        ranks = way_ranks(tree.graph, travel, seeds, goals, selection, full, tree.work)
        sides = (metric.up, metric.down)
        roads = unpack(tree.graph, tree.roads, metric.roads, sides, full, ranks)
        if customized.ends is None or not ranks.size:
            return roads
        before, after = (
            customized.chain_at(metric, node, int(rank), leaving=leaving)
            for node, rank, leaving in ((source, ranks[0], True), (target, ranks[-1], False))
        )
        return np.concatenate([before, roads, after]).astype(np.int32)

    def arcs_at_rate(self, rate_s_per_kwh: float, source: int, target: int) -> Ints:
        """Arcs of the least time + rate x energy between two nodes, at the rate of a weighting."""
        scalarized = self._customized.scalarized
        weighting = int(np.argmin(np.abs(scalarized.rate_s_per_kwh - rate_s_per_kwh)))
        arcs = self.arcs(scalarized.metric(weighting), source, target, backward=False)
        # Closed roads only weigh so much that no way leads over them as long as there is another.
        return arcs if self._customized.are_open(arcs) else arcs[:0]

    def drive(
        self, indices: Sequence[int], nodes: Sequence[int], *, backward: bool
    ) -> Drive | None:
        """Roads and speeds of drives in a row; None where a metric has no road for one of them.

        Parameters
        ----------
        indices
            Metric of each.
        nodes
            Their ends, from first to last.
        backward
            Whether the first of them was looked for from its end.
        """
        arcs, speed, cuts = [], [], []
        for position, index in enumerate(indices):
            metric = self._customized.metrics[index]
            source, target = nodes[position : position + 2]
            part = self.arcs(metric, source, target, backward=backward and not position)
            if not part.size and source != target:
                return None
            arcs.append(part)
            speed.append(metric.share_of(part))
            cuts.append(sum(piece.size for piece in arcs))
        return Drive(np.concatenate(arcs), np.concatenate(speed), tuple(cuts[:-1]))


def passed(problem: Problem, stage: int, step: Step) -> list[int]:
    """Goals that a step of a chain passes, where nothing can be charged."""
    chargers = problem.charger_node.size
    return [target for target in range(stage, step.stage) if chargers + target != step.stop]


def _cheapest_first(values: Ints, spared: Ints, faster: Bytes, slower: Bytes) -> NDArray[np.int64]:
    """Return stretches in the order of the time that slowing down there costs for its energy."""
    every = np.arange(faster.size)
    lost = values[slower, every, TIME] - values[faster, every, TIME]
    saved = spared[faster, every] - spared[slower, every]
    price = np.full(every.size, np.inf)
    np.divide(lost, saved, out=price, where=saved > 0)
    return np.argsort(price, kind="stable")


def _by_way_of_plugs(problem: Problem, stage: int, step: Step) -> Iterator[Step]:
    """Yield a step of a chain in parts that end where there is a plug, used or not."""
    for target in passed(problem, stage, step):
        if not passive(problem, target):
            yield step._replace(stop=problem.charger_node.size + target, stage=target + 1)
    yield step


def _past_chargers(problem: Problem, chosen: ChosenChain) -> Iterator[tuple[int, int, Step]]:
    """Yield drives past chargers of a chain, as far as a battery could last.

    Each as the stop and stage where it starts, and as a step.
    """
    consumed_kwh = chosen.pool.drives.consumed_kwh
    most_kwh = (max(problem.limit_kwh, problem.start_kwh) - problem.reserve_kwh) / _LEAST_SHARE
    starts = [(problem.stop_count - 1, 0), *((step.stop, step.stage) for step in chosen.chain)]
    for first, (stop, stage) in enumerate(starts[:-2]):
        spent_kwh = consumed_kwh[chosen.chain[first].drive]
        for step, after in pairwise(chosen.chain[first:]):
            spent_kwh += consumed_kwh[after.drive]
            charger = step.stop < problem.charger_node.size
            if not charger or spent_kwh > most_kwh:
                break
            if any(not passive(problem, k) for k in passed(problem, stage, after)):
                break
            if after.stop != stop:
                yield stop, stage, after


class FineDrives(DrivePool):
    """Drives between stops of a few chains, consecutive ones and past chargers, at many speeds.

    Parameters
    ----------
    problem
        The trip.
    customized
        The roads with their costs.
    chains
        Chains of stops.  Where a relaxation slows a drive down along an edge, the roads that are
        best at the rate of this edge are driven too.
    """

    def __init__(
        self, problem: Problem, customized: CustomizedHierarchy, chains: Iterable[ChosenChain]
    ) -> None:
        super().__init__(problem)
        self._customized = customized
        self._found: list[Drive] = []
        self._roads = Roads(customized)
        self.row_begin[:] = 0
        self.row_end[:] = 0
        origin = problem.stop_count - 1
        rows: dict[int, dict[int, Step]] = {}
        targets: dict[int, dict[tuple[int, int, int], Step]] = {}
        self._slowed: dict[tuple[int, int], float] = {}
        for chosen in chains:
            stop, stage = origin, 0
            known = chosen.pool.drives
            for whole in chosen.chain:
                spared_kwh = whole.arrived_kwh + known.consumed_kwh[whole.drive]
                spared_kwh -= whole.departed_kwh
                slowed = known.slower_kwh[whole.drive] > 0.0 and spared_kwh > _SLOWED_KWH
                for step in _by_way_of_plugs(problem, stage, whole):
                    if slowed:
                        rate = float(known.slower_s_per_kwh[whole.drive])
                        self._slowed[stop, step.stop] = rate
                    if step.stage > stage:
                        targets.setdefault(stage, {})[stop, step.stop, step.stage] = step
                    else:
                        rows.setdefault(stop, {})[step.stop] = step
                    stop, stage = step.stop, step.stage
            for start, begin, step in _past_chargers(problem, chosen):
                if step.stage > begin:
                    targets.setdefault(begin, {}).setdefault((start, step.stop, step.stage), step)
                else:
                    rows.setdefault(start, {}).setdefault(step.stop, step)
        for stop, others in rows.items():
            tables = [self._fine(stop, 0, step._replace(stage=0)) for step in others.values()]
            sizes = [table.shape[1] for table in tables]
            there = np.repeat(np.array(list(others), np.int32), sizes)
            self.set_row(stop, there, np.concatenate(tables, axis=1))
        for stage, steps in targets.items():
            ordered = sorted(steps)
            tables = [self._fine(key[0], stage, steps[key]) for key in ordered]
            ends = np.repeat(np.array(ordered), [table.shape[1] for table in tables], axis=0)
            here, there, after = ends.T.astype(np.int32)
            self.set_target(stage, here, there, after, np.concatenate(tables, axis=1))

    def fetch(self, stop: int) -> None:
        """All rows are there from the beginning."""
        raise AssertionError(f"row {stop} was asked for")

    def alternatives(self, stop: int, stage: int, other: int, stage_after: int) -> Ints:
        """Numbers of the drives from a stop to another in a stage, the quickest first.

        Parameters
        ----------
        stop, other
            Stops at the start and at the end.
        stage, stage_after
            Stage before the drives and after them.
        """
        drives = self.drives
        if stage_after > stage:
            begin, end = self.target_begin[stage, stop], self.target_end[stage, stop]
        else:
            begin, end = self.row_begin[stop], self.row_end[stop]
        numbers = np.arange(begin, end)
        same = (drives.stop[begin:end] == other) & (
            (drives.stage[begin:end] == stage_after) | (stage_after == stage)
        )
        numbers = numbers[same]
        return np.asarray(numbers[np.argsort(drives.time_s[numbers], kind="stable")], np.int32)

    def drive(self, number: int) -> Drive:
        """Roads and speeds of a drive of the pool."""
        return self._found[self.code(number)]

    def _fine(self, stop: int, stage: int, step: Step) -> Floats:
        """Columns of the drives of a step, shape (8, drives)."""
        problem = self.problem
        targets = [problem.targets[k] for k in passed(problem, stage, step)]
        ends = problem.stop_node[[stop, step.stop]]
        nodes = [int(ends[0]), *(target.node for target in targets), int(ends[1])]
        dwell_s = sum(target.dwell_s for target in targets)
        tables, known = [], set()
        drawn_kwh = [problem.drawn_kwh(stop), *(target.drawn_kwh for target in targets)]
        backward = is_backward(problem, stop, stage, step.stage)
        for index in range(len(self._customized.metrics)):
            indices = [index] * (len(nodes) - 1)
            drive = self._roads.drive(indices, nodes, backward=backward)
            if drive is None:
                continue
            key = drive.arcs.tobytes()
            if key not in known:
                known.add(key)
                tables.append(self._graded(drive, (stop, step.stop), dwell_s, drawn_kwh))
        rate = self._slowed.get((stop, step.stop)) if len(nodes) == 2 else None
        if rate is not None:
            arcs = self._roads.arcs_at_rate(rate, *nodes)
            if arcs.size and arcs.tobytes() not in known:
                drive = Drive(arcs, np.zeros(0, np.uint8))
                tables.append(self._graded(drive, (stop, step.stop), dwell_s, drawn_kwh))
        return np.concatenate([np.zeros((VALUES, 0)), *tables], axis=1)

    def _graded(
        self, drive: Drive, ends: tuple[int, int], dwell_s: float, drawn_kwh: Sequence[float]
    ) -> Floats:
        """Columns of the drives over the roads of one.

        What the battery gives at places counts like a road there that takes no time.
        """
        customized, problem, arcs = self._customized, self.problem, drive.arcs
        places = np.array([0, *drive.cuts])
        drawn = np.ceil(np.array(drawn_kwh) * MWH_PER_KWH).astype(np.int32)
        energies = np.isin(np.arange(COLUMNS), [MIN_DEPARTURE, CONSUMED, DROP]) * drawn[:, None]
        driven, saved = customized.costs_of(arcs)
        values = np.ascontiguousarray(np.insert(driven, places, energies, axis=1))
        spared = np.ascontiguousarray(np.insert(saved, places, drawn, axis=1))
        rates = _RATES * customized.base_rate * MS_PER_S / MWH_PER_KWH
        total, choice = drives_at_rates(values, spared, rates, customized.full_mwh)
        new = np.ones(choice.shape[0], np.bool_)
        new[1:] = (choice[1:] != choice[:-1]).any(axis=1)
        choice, total = choice[new], total[new]
        held = problem.start_kwh if problem.stop_kw[ends[0]] <= 0.0 else problem.limit_kwh
        spares = {0.0, problem.final_kwh - problem.reserve_kwh}
        spares |= set((problem.least_arrivals_kwh[:, ends[1]] - problem.reserve_kwh).tolist())
        for spare in sorted(filter(math.isfinite, spares)):
            budget = int((held - problem.reserve_kwh - spare) * MWH_PER_KWH)
            fits = np.flatnonzero(total[:, MIN_DEPARTURE] <= budget)
            if fits.size and fits[0] > 0:
                at = int(fits[0])
                faster, slower = choice[at - 1], choice[at]
                order = _cheapest_first(values, spared, faster, slower)
                exact = fitted(values, faster, slower, order, budget, customized.full_mwh)[None, :]
                choice = np.concatenate([choice, exact])
                total = np.concatenate([total, chained(values, exact, customized.full_mwh)])
        kept = total[:, MIN_DEPARTURE] <= customized.full_mwh
        speeds = np.delete(choice[kept], places + np.arange(places.size), axis=1)
        self._found += [Drive(arcs, row, drive.cuts) for row in speeds]
        return self._columns(total[kept], dwell_s)

    def _columns(self, values: Ints, dwell_s: float) -> Floats:
        """Values in the order of the pool; the drives are the last ones found."""
        problem = self.problem
        count = values.shape[0]
        columns = np.zeros((VALUES, count))
        columns[0] = values[:, TIME] / MS_PER_S + dwell_s
        columns[1] = values[:, MIN_DEPARTURE] / MWH_PER_KWH + problem.reserve_kwh
        columns[2] = values[:, CONSUMED] / MWH_PER_KWH
        columns[3] = problem.capacity_kwh - values[:, DROP] / MWH_PER_KWH
        columns[4] = values[:, HEAT]
        columns[7] = np.arange(len(self._found) - count, len(self._found))
        return columns


def fine_plan(
    problem: Problem, pool: FineDrives, bounds: Bounds, settings: Settings, ceiling_s: float
) -> tuple[Found, int]:
    """Search over finely graded drives; returns what was found, and how many labels it took.

    Where stops may not last there are so many departures that a search among all of them may end
    at its labels with nothing.  The fullest ones take few, and give a plan to be beaten.

    Parameters
    ----------
    problem, pool, bounds, settings
        As for `label_setting.search`.
    ceiling_s
        Only plans quicker than this are of interest. [s]
    """
    if math.isinf(problem.longest_charge_s):
        found = search(problem, pool, bounds, settings, ceiling_s=ceiling_s)
        return found, found.labels
    full = search(problem, pool, bounds, settings, ceiling_s=ceiling_s, policy=FULLEST)
    if full.chain and settings.gap >= _ANY_GAP:
        return full, full.labels
    few = settings.model_copy(update={"label_limit": min(settings.label_limit, _FEW_LABELS)})
    ceiling_s = min(ceiling_s, full.time_s + MARGIN_S)
    found = search(problem, pool, bounds, few, ceiling_s=ceiling_s)
    return found if found.chain else full, full.labels + found.labels


_FEW_LABELS: Final = 32_000
"""With so many more labels, little is still found."""
_ANY_GAP: Final = 1.0
"""Whoever allows such a gap is content with any plan."""
MARGIN_S: Final = 1e-3
"""A ceiling this far above a plan lets the same plan be found again."""
