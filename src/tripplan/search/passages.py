"""Drives past places where nothing can be charged.

Where a place has no plug, what is charged before it must last beyond it; so the search takes the
drive to it and the one onward as one drive, to the next place where something can be charged.
"""

from dataclasses import dataclass, replace

import numpy as np

from tripplan.arrays import Flags, Ints
from tripplan.routing.drive_columns import DriveColumns, DriveSource, after_drawing, joined_drives
from tripplan.search.problem import Problem


def passive(problem: Problem, stage: int) -> bool:
    """Whether nothing can be charged at the place that a stage leads to, and it is not the last."""
    if stage + 1 >= len(problem.targets):
        return False
    return problem.power is None or problem.targets[stage].charger_kw <= 0.0


@dataclass(frozen=True, eq=False)
class Onward:
    """Drives from a place where nothing can be charged to where something can, or the trip ends."""

    columns: DriveColumns
    """``metric`` is the position of the drive in ``parts``."""
    stage: Ints
    """Stage after each drive, shape (drives,)."""
    parts: list[tuple[int, ...]]
    """Metric of each part of each drive."""
    before: list[int]
    """Metric of the drives to the place that were linked with these."""

    def metrics(self, code: int) -> list[int]:
        """Metrics of the parts of a drive that `linked` made, by its code."""
        first, onward = divmod(code, len(self.parts))
        return [self.before[first], *self.parts[onward]]


def onward_of(
    problem: Problem, many_to_many: DriveSource, stage: int, further: Onward | None, wanted: Flags
) -> Onward:
    """Drives from the place that a stage leads to.

    Parameters
    ----------
    problem, many_to_many
        The trip, and the drives of its car.
    stage
        A stage that leads to a place where nothing can be charged.
    further
        The same for the next stage, if nothing can be charged at its place either.
    wanted
        Chargers that matter, shape (chargers,).
    """
    chargers = problem.charger_node.size
    node, following = problem.targets[stage].node, problem.targets[stage + 1]
    drawn_kwh = problem.targets[stage].drawn_kwh
    row = after_drawing(drawn_kwh, many_to_many.from_node(node, wanted))
    direct = after_drawing(drawn_kwh, many_to_many.between(node, following.node))
    full_kwh = problem.capacity_kwh - problem.reserve_kwh
    parts: list[tuple[int, ...]] = [(int(metric),) for metric in row.metric]
    if further is None:
        there = np.full(direct.stop.size, chargers + stage + 1, np.int32)
        after = np.full(direct.stop.size, stage + 2, np.int32)
        past = direct._replace(stop=there)
        parts += [(int(metric),) for metric in direct.metric]
    else:
        # The drives of the next stage itself remember what they were linked with.
        further = replace(further, before=[])
        _, there, after, past = linked(direct, further, following.dwell_s, full_kwh)
        past = past._replace(stop=there)
        parts += [tuple(further.metrics(int(code))) for code in past.metric]
    columns = joined_drives(row, past)._replace(metric=np.arange(len(parts), dtype=np.int32))
    stages = np.concatenate([np.full(row.stop.size, stage + 1, np.int32), after])
    return Onward(columns, stages.astype(np.int32), parts, [])


def linked(
    to_place: DriveColumns, onward: Onward, dwell_s: float, full_kwh: float
) -> tuple[Ints, Ints, Ints, DriveColumns]:
    """Link drives to a place with those onward, as `kernels.customise.link_into` does.

    Parameters
    ----------
    to_place
        Drives to the place; ``stop`` is where they start, in rising order.
    onward
        Drives from it; remembers the metrics of those to it.
    dwell_s
        Time that is spent at the place. [s]
    full_kwh
        Energy above the reserve in a full battery. [kWh]

    Returns
    -------
    tuple
        Stop at the start, stop at the end, stage after it, and values of each linked drive; its
        ``metric`` is the code that `Onward.metrics` reads.
    """
    onward.before[:] = to_place.metric.tolist()
    first, second = to_place, onward.columns
    one, other = (
        grid.ravel()
        for grid in np.meshgrid(
            np.arange(first.stop.size), np.arange(second.stop.size), indexing="ij"
        )
    )
    need = np.maximum(
        first.min_departure_kwh[one], first.consumed_kwh[one] + second.min_departure_kwh[other]
    )
    fits = (need <= full_kwh) & (
        full_kwh - first.drop_kwh[one] >= second.min_departure_kwh[other] - 1e-9
    )
    one, other, need = one[fits], other[fits], need[fits]
    cost = first.consumed_kwh[one] + second.consumed_kwh[other]
    drop = np.maximum(second.drop_kwh[other], first.drop_kwh[one] + second.consumed_kwh[other])
    columns = DriveColumns(
        stop=first.stop[one],
        metric=(one * len(onward.parts) + other).astype(np.int32),
        time_s=first.time_s[one] + second.time_s[other] + dwell_s,
        min_departure_kwh=need,
        consumed_kwh=cost,
        drop_kwh=drop,
        heat_j=first.heat_j[one] + second.heat_j[other],
    )
    return first.stop[one], second.stop[other], onward.stage[other], columns
