"""The table of drives between a selection of stops, and the roads behind each entry."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan.search.kernels.drives import FoundDrives, drive_arcs, drives_between
from tripplan.search.kernels.passing import add_passing_drives
from tripplan.search.kernels.stops import Bounds, Drives, Wishes
from tripplan.search.question import Question, Surroundings, charging_times_s, drive_weights

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StopTable:
    """Stops 0..n-1 are the selected chargers, n is the origin, n + 1 the destination."""

    question: Question
    chosen: Ints
    """Index of each stop's charger in the question."""
    node: Ints
    """Network node of every stop, origin and destination included."""
    drives: Drives
    level: Ints
    charger_kw: Floats
    tau_s: Floats
    bounds: Bounds
    wishes: Wishes
    before: Ints
    last: Ints
    direct_from: Ints
    """Row of each direct drive."""
    direct_stop: Ints
    weights: Floats
    """Weights under which drives were looked for, shape (weightings, arcs)."""
    weighting: Ints
    """Row of the weights of each direct drive."""

    def arcs(self, drive: int) -> Ints:
        """Arcs of a drive of the table, in order."""
        parts = []
        while drive >= 0:
            direct = int(self.last[drive])
            row = int(self.direct_from[direct])
            parts.append(
                drive_arcs(
                    self.question.roads,
                    self.weights[self.weighting[direct]],
                    self.question.tail,
                    int(self.node[row]),
                    int(self.node[self.direct_stop[direct]]),
                    self.question.capacity_kwh - self.question.reserve_kwh,
                )
            )
            drive = int(self.before[drive])
        return np.concatenate(parts[::-1])


def build_table(
    question: Question, around: Surroundings, chosen: Ints, *, passing: bool = True
) -> StopTable:
    """Find all drives between the chosen chargers, the origin and the destination.

    Parameters
    ----------
    question
        The trip.
    around
        Its optimistic drives.
    chosen
        Indices of chargers, shape (n,).
    passing
        Whether drives past other stops are added where they save energy.
    """
    n = chosen.size
    node = np.concatenate(
        [question.charger_node[chosen], [question.origin, question.destination]]
    ).astype(np.int32)
    reserve = question.reserve_kwh
    room_kwh = np.full(n + 1, question.limit_kwh - reserve)
    room_kwh[n] = question.start_kwh - reserve
    least_kwh = np.zeros(n + 2)
    least_kwh[n + 1] = question.final_kwh - reserve
    weights = drive_weights(question, around.best_kw)
    found = _direct(question, node, least_kwh, weights)
    drives, before, last = (
        _closed(found, room_kwh, least_kwh, reserve) if passing else _as_they_are(found, reserve)
    )
    levels_kw, level = np.unique(
        np.concatenate([question.charger_kw[chosen], [1.0, 1.0]]), return_inverse=True
    )
    return StopTable(
        question=question,
        chosen=chosen,
        node=node,
        drives=drives,
        level=level.astype(np.int32),
        charger_kw=levels_kw[level],
        tau_s=charging_times_s(question, levels_kw),
        bounds=_bounds(question, around, node),
        wishes=_wishes(question, n),
        before=before,
        last=last,
        direct_from=np.repeat(np.arange(n + 1, dtype=np.int32), np.diff(found.first)),
        direct_stop=found.stop,
        weights=weights,
        weighting=found.weighting,
    )


def _direct(question: Question, node: Ints, least_kwh: Floats, weights: Floats) -> FoundDrives:
    """Find the drives that pass no other stop on purpose; a row for all stops but the last."""
    n = node.size - 2
    targets = np.concatenate([np.arange(n), [n + 1]]).astype(np.int32)
    stop_at, next_stop = _stops_by_node(question.roads.first_out.size - 1, node, targets)
    return drives_between(
        question.roads,
        weights,
        node[: n + 1],
        stop_at,
        next_stop,
        question.capacity_kwh - question.reserve_kwh,
        least_kwh,
    )


def _closed(
    found: FoundDrives, room_kwh: Floats, least_kwh: Floats, reserve: float
) -> tuple[Drives, Ints, Ints]:
    """Add drives past stops: all drives, what each prolongs, and the direct drive it ends with."""
    first, stop, values, before, last = add_passing_drives(
        found.first, found.stop, found.values, room_kwh, least_kwh
    )
    return _drives(first, stop, values, reserve), before, last


def _as_they_are(found: FoundDrives, reserve: float) -> tuple[Drives, Ints, Ints]:
    """Keep the direct drives only; returns as `_closed`."""
    count = found.stop.size
    before, last = np.full(count, -1, np.int32), np.arange(count, dtype=np.int32)
    return _drives(found.first, found.stop, found.values, reserve), before, last


def _drives(first: Ints, stop: Ints, values: Floats, reserve: float) -> Drives:
    """Put the reserve on top of energies that were counted above it; the last row is empty."""
    return Drives(
        np.append(first, first[-1]).astype(np.int32),
        stop,
        values[0],
        values[1] + reserve,
        values[2],
        values[3] + reserve,
        values[4],
    )


def _wishes(question: Question, n: int) -> Wishes:
    return Wishes(
        n, n + 1, question.start_kwh, question.limit_kwh, question.overhead_s, question.step_kwh
    )


def _stops_by_node(nodes: int, node: Ints, targets: Ints) -> tuple[Ints, Ints]:
    """Chain the stops that share a node: the first at each node, and the next of each stop."""
    stop_at = np.full(nodes, -1, np.int32)
    next_stop = np.full(node.size, -1, np.int32)
    for stop in targets[::-1]:
        next_stop[stop] = stop_at[node[stop]]
        stop_at[node[stop]] = stop
    return stop_at, next_stop


def _bounds(question: Question, around: Surroundings, node: Ints) -> Bounds:
    return Bounds(
        around.to_time_s[node],
        around.to_energy_kwh[node],
        around.to_priced_s[node],
        max(around.best_kw, 1e-9),
        question.overhead_s,
        max(question.limit_kwh - question.reserve_kwh, 1e-9),
        question.final_kwh,
    )
