"""A leg on which the pack's heater is switched on some time before its end, piece by piece."""

from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.thermal import (
    PackHeater,
    PackModel,
    driven_heated_pack,
    driven_pack_c,
    joule_heat_w,
)
from tripplan.planning.kernels.battery_course import BatteryCourse
from tripplan.search.problem import Problem
from tripplan.search.solve import Solution
from tripplan.units import J_PER_KWH, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle


@dataclass(frozen=True)
class HeatedLeg:
    """When the heater is switched on, and what it is."""

    heater: PackHeater
    pack: PackModel
    duration_s: float
    """How long before the end of the leg."""
    saved_s: float
    """What that saves; see `Solution.saved_s`."""
    voltage_v: float
    """Of the pack."""

    def course(
        self,
        elapsed_s: float,
        energy_kwh: float,
        pack_c: float,
        capacity_kwh: float,
        taken_kwh: Floats,
        time_s: Floats,
        heat_j: Floats,
        pack: PackModel,
    ) -> BatteryCourse:
        """Drive the leg piece by piece.

        Parameters
        ----------
        elapsed_s, energy_kwh, pack_c, capacity_kwh, taken_kwh, time_s, heat_j, pack
            As in `battery_course`.
        """
        begins_s = elapsed_s + float(time_s.sum()) - self.duration_s
        rows, curtailed_kwh, heater_kwh = [(elapsed_s, energy_kwh, pack_c)], 0.0, 0.0
        for net_kwh, lasts_s, joules in zip(
            taken_kwh.tolist(), time_s.tolist(), heat_j.tolist(), strict=True
        ):
            after_kwh, on_s = energy_kwh - net_kwh, min(elapsed_s + lasts_s - begins_s, lasts_s)
            if on_s > 0.0:
                pack_c, used_kwh = self.driven(pack_c, net_kwh, joules, lasts_s, on_s)
                heater_kwh, after_kwh = heater_kwh + used_kwh, after_kwh - used_kwh
            else:
                pack_c = driven_pack_c(pack_c, joules, lasts_s, pack)
            curtailed_kwh += max(0.0, after_kwh - capacity_kwh)
            energy_kwh = min(after_kwh, capacity_kwh)
            elapsed_s += lasts_s
            rows.append((elapsed_s, energy_kwh, pack_c))
        clock, energy, warm = np.array(rows).T.copy()
        return BatteryCourse(clock, energy, warm, curtailed_kwh, heater_kwh)

    def driven(
        self, pack_c: float, net_kwh: float, heat_j: float, time_s: float, on_s: float
    ) -> tuple[float, float]:
        """Drive a piece of road with the heater on at its end: pack [degC], and what it took [kWh].

        Parameters
        ----------
        pack_c
            Pack temperature at the start. [degC]
        net_kwh, heat_j, time_s
            What the piece takes, the heat that it sets free at 25 degrees Celsius, and its time,
            without the heater. [kWh], [J], [s]
        on_s
            How long before its end the heater is on. [s]
        """
        off_s = time_s - on_s
        pack_c = driven_pack_c(pack_c, heat_j * off_s / time_s, off_s, self.pack)
        drawn_kw = net_kwh / time_s * S_PER_H + self.heater.power_kw
        warm_j = joule_heat_w(drawn_kw, self.voltage_v, self.pack.resistance_25c_ohm) * on_s
        pack_c, used_j = driven_heated_pack(pack_c, warm_j, on_s, self.pack, self.heater)
        return pack_c, used_j / J_PER_KWH


def heated_leg(
    position: int, problem: Problem, solution: Solution, car: ConditionedVehicle
) -> HeatedLeg | None:
    """Return when the heater runs on a leg; None: it stays off.

    Parameters
    ----------
    position
        Which leg of the route it is.
    problem, solution
        What was asked of the search, and its answer.
    car
        The car under its conditions.
    """
    if problem.heater is None or not any(solution.preheated_s[position : position + 1]):
        return None
    return HeatedLeg(
        problem.heater,
        problem.pack,
        solution.preheated_s[position],
        solution.saved_s[position],
        car.pack.voltage_v,
    )
