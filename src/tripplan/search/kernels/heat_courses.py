"""Compiled: charging from every state of a grid with battery heat, rounded in the car's favour.

Over energy, the pack's temperature follows one equation at one charger, so that of two packs the
cooler stays the cooler.  Temperature therefore evolves with the true power, and time with the most
power at that temperature or a better one.
"""

import numpy as np

from tripplan.arrays import Flags, Floats
from tripplan.physics.charging import (
    LEAST_POWER_KW,
    SOC_CELLS,
    charging_power_kw,
    interpolate,
)
from tripplan.physics.jit import compiled, part
from tripplan.physics.thermal import (
    joule_heat_w,
    pack_temperature_c,
    parked_pack_c,
    resistance_ohm,
)
from tripplan.search.kernels.heat_tables import (
    NEVER_S_PER_KWH,
    Courses,
    Floats32,
    HeatCar,
    HeatGrid,
    Shorts,
    cell_of,
)
from tripplan.units import S_PER_H


@part
def _after_step(
    grid: HeatGrid, car: HeatCar, soc: float, upto: float, at: float, kw: float
) -> tuple[float, float]:
    """Charge within a cell of SoC: least time [s], and coordinate of the temperature after it.

    Where a pack of this temperature takes no charge, one of a better one may end anywhere.
    """
    power, pack = car.power, car.pack
    middle = (np.floor(0.5 * (soc + upto) * SOC_CELLS) + 0.5) / SOC_CELLS
    energy_kwh = (upto - soc) * power.capacity_kwh
    pack_c = half_c = grid.side * at
    after = grid.least
    power_kw = charging_power_kw(middle, pack_c, kw, power)
    if power_kw >= LEAST_POWER_KW:
        half_c = parked_pack_c(pack_c, power_kw, 0.5 * energy_kwh / power_kw * S_PER_H, pack)
        power_kw = charging_power_kw(middle, half_c, kw, power)
        if power_kw >= LEAST_POWER_KW:
            resistance = resistance_ohm(half_c, pack.resistance_25c_ohm, pack.resistance_per_k)
            after = grid.side * pack_temperature_c(
                pack_c,
                joule_heat_w(power_kw, pack.voltage_v, resistance),
                energy_kwh / power_kw * S_PER_H,
                pack.air_c,
                pack.conductance_parked_w_per_k,
                pack.heat_capacity_j_per_k,
                pack.cooling_w,
                pack.cooling_on_c,
            )
    best_kw = min(
        interpolate(middle, power.curve_soc, power.curve_kw),
        kw,
        interpolate(half_c, power.limit_c, car.hull_kw),
    )
    if best_kw < LEAST_POWER_KW:
        return np.inf, at
    return energy_kwh / best_kw * S_PER_H, after


@part
def _most_kw(grid: HeatGrid, car: HeatCar, index: int, kw: float) -> float:
    """Most power within a step of the grid at the best temperature [kW]."""
    power, most_kw = car.power, 0.0
    begin = (grid.least_kwh + index * grid.step_kwh) / power.capacity_kwh
    first = np.floor(begin * SOC_CELLS + 1e-6)
    for cell in range(max(grid.cells, 1)):
        middle = (first + cell + 0.5) / SOC_CELLS
        most_kw = max(most_kw, interpolate(middle, power.curve_soc, power.curve_kw))
    return min(most_kw, kw)


@part
def _topped_up(grid: HeatGrid, car: HeatCar, index: int, begin: float, kw: float) -> float:
    """Least coordinate at an energy of a car that came with less, by up to a step, and charged."""
    power, at = car.power, begin
    soc = (grid.least_kwh + (index - 1) * grid.step_kwh) / power.capacity_kwh
    for _ in range(max(grid.cells, 1)):
        upto = soc + min(grid.step_kwh / power.capacity_kwh, 1.0 / SOC_CELLS)
        at = min(begin, _after_step(grid, car, soc, upto, at, kw)[1])
        soc = upto
    return at


@part
def _course(
    grid: HeatGrid,
    car: HeatCar,
    index: int,
    begin: float,
    kw: float,
    charging_s: Floats32,
    cell: Shorts,
) -> float:
    """Charge from an energy and a coordinate on; returns the most that this rises in a step [K].

    Parameters
    ----------
    grid, car
        The grid and the car.
    index, begin
        Energy, by number, and coordinate of the temperature when charging starts.
    kw
        Power of the plug. [kW]
    charging_s, cell
        Time to each energy [s], and the lowest number of the temperature from there to the next
        energy; filled, shape (energies,).
    """
    capacity_kwh, at = car.power.capacity_kwh, begin
    soc = (grid.least_kwh + index * grid.step_kwh) / capacity_kwh
    edge_s, edge = 0.0, begin
    time_s = rise_k = 0.0
    for i in range(index, grid.energies):
        charging_s[i] = time_s
        before = least = at
        if i < grid.limit:
            upto = (grid.least_kwh + (i + 1) * grid.step_kwh) / capacity_kwh
            if grid.cells > 0:
                for number in range(grid.cells):
                    end = upto - (grid.cells - 1 - number) / SOC_CELLS
                    taken_s, at = _after_step(grid, car, soc, end, at, kw)
                    time_s += taken_s
                    soc, least = end, min(least, at)
            else:
                # The model steps from edge to edge of whole cells, or to where charging ends.
                taken_s, at = _after_step(grid, car, soc, upto, edge, kw)
                time_s, least = edge_s + taken_s, min(least, at)
                if abs(upto * SOC_CELLS - np.rint(upto * SOC_CELLS)) < 1e-6:
                    soc, edge_s, edge = upto, time_s, at
        cell[i] = cell_of(grid, least)
        if i >= grid.limit or not time_s < np.inf:
            break
        rise_k = max(rise_k, at - before)
    return rise_k


@part
def _course_unbounded(
    grid: HeatGrid, car: HeatCar, index: int, kw: float, charging_s: Floats32, cell: Shorts
) -> None:
    """Charge at the best temperatures; the temperature keeps number 0."""
    limit_kw, time_s = car.hull_kw.max(), 0.0
    for i in range(index, grid.energies):
        charging_s[i] = time_s
        cell[i] = 0
        if i >= grid.limit:
            break
        best_kw = min(_most_kw(grid, car, i, kw), limit_kw)
        if best_kw < LEAST_POWER_KW:
            break
        time_s += grid.step_kwh / best_kw * S_PER_H


@compiled
def no_courses(grid: HeatGrid, car: HeatCar, levels_kw: Floats) -> Courses:
    """Make room for charging from every state of a grid, at every power.

    Parameters
    ----------
    grid, car
        The grid and the car.
    levels_kw
        Powers of chargers, shape (levels,). [kW]
    """
    levels, energies, count = levels_kw.shape[0], grid.energies, grid.temperatures
    shape = (levels, energies, count, energies)
    s_per_kwh = np.full((levels, energies, count), NEVER_S_PER_KWH, np.float32)
    for level in range(levels):
        for i in range(min(grid.limit, energies)):
            most_kw = _most_kw(grid, car, i, levels_kw[level])
            for k in range(count):
                limit_kw = car.hull_kw.max()
                if k > 0 or grid.side > 0.0:
                    pack_c = grid.side * (grid.least + k * grid.step_k)
                    limit_kw = interpolate(pack_c, car.power.limit_c, car.hull_kw)
                best_kw = min(most_kw, limit_kw)
                if best_kw >= LEAST_POWER_KW:
                    s_per_kwh[level, i, k] = S_PER_H / best_kw
    return Courses(
        np.full(shape, np.inf, np.float32),
        np.full(shape, count - 1, np.int16),
        s_per_kwh,
        np.zeros((energies, count), np.bool_),
        np.zeros(1),
    )


@compiled
def charge_from(
    grid: HeatGrid, car: HeatCar, levels_kw: Floats, wanted: Flags, found: Courses
) -> None:
    """Charge from states of a grid, unless that has been done.

    Parameters
    ----------
    grid, car, levels_kw
        As in `no_courses`.
    wanted
        From which states, shape (energies, temperatures).
    found
        What is filled in.
    """
    count = grid.temperatures
    for level in range(levels_kw.shape[0]):
        kw = levels_kw[level]
        for j in range(grid.energies):
            charging_s, cell = found.charging_s[level, j], found.cell[level, j]
            changed = False
            for k in range(count):
                if found.done[j, k] or not wanted[j, k]:
                    continue
                changed = True
                if k == 0 and grid.side < 0.0:
                    _course_unbounded(grid, car, j, kw, charging_s[0], cell[0])
                    continue
                arrived_c = grid.side * (grid.least + k * grid.step_k)
                begin = grid.side * parked_pack_c(arrived_c, 0.0, car.overhead_s, car.pack)
                if 0 < j <= grid.limit:
                    begin = _topped_up(grid, car, j, begin, kw)
                rise_k = _course(grid, car, j, begin, kw, charging_s[k], cell[k])
                found.rise_k[0] = max(found.rise_k[0], rise_k)
            if changed:
                # Whatever the limits of a car are like: a better temperature is no worse.
                for k in range(count - 2, -1, -1):
                    charging_s[k] = np.minimum(charging_s[k], charging_s[k + 1])
                    cell[k] = np.minimum(cell[k], cell[k + 1])
    for j in range(grid.energies):
        for k in range(count):
            found.done[j, k] |= wanted[j, k]
