"""Drive a chosen chain of stops once more, with battery heat: what it counts in truth."""

from dataclasses import dataclass

from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.records.settings import Settings
from tripplan.search.kernels.heat_trajectory import charging_trajectory, dwelt
from tripplan.search.label_setting import Step
from tripplan.search.pool import DrivePool
from tripplan.search.problem import Problem, nothing_beside_time


@dataclass(frozen=True, eq=False)
class ChosenChain:
    """A chain of stops over a pool of drives."""

    time_s: float
    """What it counts with heat: time, and what else is minimised; infinite: there is no chain."""
    chain: tuple[Step, ...]
    pool: DrivePool


def driven_s(problem: Problem, plan: ChosenChain, settings: Settings) -> float:
    """Drive a chain and charge along it, with battery heat where that is asked for.

    Returns what the search minimises [s].
    """
    power = problem.power
    drives, kw = plan.pool.drives, problem.stop_kw
    targets, chargers = problem.targets, problem.charger_node.size
    if power is None or not settings.heat:
        return plan.time_s if not settings.heat else _plain_s(plan, problem)
    time, pack_c, energy = 0.0, problem.start_c, problem.start_kwh
    capacity, here = problem.capacity_kwh, problem.stop_count - 1
    objective, counted = problem.objective or nothing_beside_time(problem.stop_count), 0.0
    for step in plan.chain:
        if kw[here] > 0.0:
            trajectory = charging_trajectory(
                energy / capacity, step.departed_kwh / capacity, pack_c, float(kw[here]), power,
                problem.pack,
            )  # fmt: skip
            time += float(trajectory[-1, 1])
            pack_c = float(trajectory[-1, 2])
            counted += float(objective.fee_s[here])
            counted += objective.charge_s(
                here, float(trajectory[-1, 1]), step.departed_kwh - energy
            )
        duration = float(drives.time_s[step.drive])
        time += duration
        heat_j = float(drives.heat_j[step.drive])
        pack_c = driven_pack_c(pack_c, heat_j, duration, problem.pack)
        cost, most = (
            float(drives.consumed_kwh[step.drive]),
            float(drives.max_arrival_kwh[step.drive]),
        )
        energy = min(step.departed_kwh - cost, most)
        here = step.stop
        if here == problem.stop_count - 2:
            break
        closed_s = problem.opens_s(here, time) - time
        pack_c = parked_pack_c(pack_c, 0.0, closed_s + step.waited_s, problem.pack)
        time += closed_s + step.waited_s
        overhead_s, came_kwh = problem.overhead_s, energy
        if here >= chargers:
            target = targets[here - chargers]
            overhead_s = target.overhead_s
            energy, pack_c = dwelt(
                energy, problem.limit_kwh, pack_c, float(kw[here]), target.dwell_s, power,
                problem.pack,
            )  # fmt: skip
            time += target.dwell_s
            counted += objective.charge_s(here, 0.0, energy - came_kwh)
        if kw[here] > 0.0:
            pack_c = parked_pack_c(pack_c, 0.0, overhead_s, problem.pack)
            time += overhead_s
    return time + counted + (capacity - energy) * objective.end_s_per_kwh


def _plain_s(plan: ChosenChain, problem: Problem) -> float:
    """Return what a chain without charging counts [s]."""
    dwell_s = sum(target.dwell_s for target in problem.targets[:-1])
    driving_s = sum(float(plan.pool.drives.time_s[step.drive]) for step in plan.chain)
    lacks_kwh = problem.capacity_kwh - plan.chain[-1].arrived_kwh if plan.chain else 0.0
    return dwell_s + driving_s + lacks_kwh * problem.end_s_per_kwh
