"""Drive a chosen chain of stops once more, with battery heat: what it counts in truth."""

from dataclasses import dataclass

from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.records.settings import Settings
from tripplan.search.kernels.charge import charge_course, dwelt
from tripplan.search.label_setting import Step
from tripplan.search.pool import DrivePool
from tripplan.search.problem import Question
from tripplan.search.worth import nothing_beside_time


@dataclass(frozen=True, eq=False)
class ChosenChain:
    """A chain of stops over a pool of drives."""

    time_s: float
    """What it counts with heat: time, and what else is minimised; infinite: there is no chain."""
    chain: tuple[Step, ...]
    pool: DrivePool


def driven_s(question: Question, plan: ChosenChain, settings: Settings) -> float:
    """Drive a chain and charge along it, with battery heat where that is asked for.

    Returns what the search minimises [s].
    """
    power = question.power
    drives, kw = plan.pool.drives, question.stop_kw
    goals, chargers = question.goals, question.charger_node.size
    if power is None or not settings.heat:
        return plan.time_s if not settings.heat else _plain_s(plan, question)
    time, pack_c, energy = 0.0, question.start_c, question.start_kwh
    capacity, here = question.capacity_kwh, question.stop_count - 1
    worth, counted = question.worth or nothing_beside_time(question.stop_count), 0.0
    for step in plan.chain:
        if kw[here] > 0.0:
            course = charge_course(
                energy / capacity, step.departed_kwh / capacity, pack_c, float(kw[here]), power,
                question.pack,
            )  # fmt: skip
            time += float(course[-1, 1])
            pack_c = float(course[-1, 2])
            counted += float(worth.fee_s[here])
            counted += worth.charge_s(here, float(course[-1, 1]), step.departed_kwh - energy)
        duration = float(drives.time_s[step.drive])
        time += duration
        heat_j = float(drives.heat_j[step.drive])
        pack_c = driven_pack_c(pack_c, heat_j, duration, question.pack)
        cost, most = float(drives.cost_kwh[step.drive]), float(drives.most_kwh[step.drive])
        energy = min(step.departed_kwh - cost, most)
        here = step.stop
        if here == question.stop_count - 2:
            break
        closed_s = question.opens_s(here, time) - time
        pack_c = parked_pack_c(pack_c, 0.0, closed_s + step.waited_s, question.pack)
        time += closed_s + step.waited_s
        overhead_s, came_kwh = question.overhead_s, energy
        if here >= chargers:
            goal = goals[here - chargers]
            overhead_s = goal.overhead_s
            energy, pack_c = dwelt(
                energy, question.limit_kwh, pack_c, float(kw[here]), goal.dwell_s, power,
                question.pack,
            )  # fmt: skip
            time += goal.dwell_s
            counted += worth.charge_s(here, 0.0, energy - came_kwh)
        if kw[here] > 0.0:
            pack_c = parked_pack_c(pack_c, 0.0, overhead_s, question.pack)
            time += overhead_s
    return time + counted + (capacity - energy) * worth.end_s_per_kwh


def _plain_s(plan: ChosenChain, question: Question) -> float:
    """Return what a chain without charging counts [s]."""
    dwell_s = sum(goal.dwell_s for goal in question.goals[:-1])
    driving_s = sum(float(plan.pool.drives.time_s[step.drive]) for step in plan.chain)
    lacks_kwh = question.capacity_kwh - plan.chain[-1].arrived_kwh if plan.chain else 0.0
    return dwell_s + driving_s + lacks_kwh * question.end_s_per_kwh
