"""Compiled: the audit's own small time steps of driving, charging and standing.

Explicit midpoint steps of the lumped pack, one after the other.  Nothing of the search is used,
which steps over SoC and heats the pack in closed form: that the two agree is what the audit shows.
Steps by the slope at their start would not do: where a pack hardly charges, two thousandths of a
kelvin after a drive make a per cent of the charging time.
"""

import math
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Flags, Floats
from tripplan.physics.charging import SOC_CELLS, PowerModel, charging_power_kw
from tripplan.physics.jit import compiled, part
from tripplan.physics.thermal import PackModel, joule_heat_w, resistance_ohm
from tripplan.units import S_PER_H, W_PER_KW

_CELL_ROUNDING = 1e-7
"""So many cells below its end, a cell counts as charged."""


class Driven(NamedTuple):
    """A stretch of road, driven."""

    energy_kwh: float
    least_kwh: float
    pack_c: float
    time_s: float
    after_kwh: Floats
    """Battery after each piece, shape (pieces,)."""
    after_c: Floats
    """Pack temperature after each piece, shape (pieces,)."""
    curtailed_kwh: float
    """What a full battery refused."""
    heater_kwh: float
    """What the pack's heater took."""


class Heater(NamedTuple):
    """The pack's heater."""

    power_kw: float
    target_c: float


NO_HEATER = Heater(0.0, 0.0)


@compiled
def drive(
    draw_kw: Floats,
    duration_s: Floats,
    heater_on: Flags,
    energy_kwh: float,
    capacity_kwh: float,
    pack_c: float,
    pack: PackModel,
    heater: Heater,
    step_s: float,
) -> Driven:
    """Drive pieces of road of even power; the battery takes no more than its capacity.

    Parameters
    ----------
    draw_kw, duration_s
        Battery power and time of each piece, shape (pieces,). [kW], [s]
    heater_on
        On which pieces the pack's heater is on, shape (pieces,).
    energy_kwh, capacity_kwh
        What the battery holds at the start, and at most. [kWh]
    pack_c
        Pack temperature at the start. [degC]
    pack, heater
        The pack, and its heater, whose power comes on top.
    step_s
        Longest step. [s]
    """
    least, time_s, curtailed, heater_kwh = energy_kwh, 0.0, 0.0, 0.0
    after_kwh, after_c = np.empty(draw_kw.shape[0]), np.empty(draw_kw.shape[0])
    for k in range(draw_kw.shape[0]):
        steps = max(1, math.ceil(duration_s[k] / step_s))
        dt = duration_s[k] / steps
        for _ in range(steps):
            energy_kwh -= draw_kw[k] * dt / S_PER_H
            if heater_on[k]:
                pack_c, used_kwh = _warmed(pack, pack_c, draw_kw[k], dt, heater)
                energy_kwh -= used_kwh
                heater_kwh += used_kwh
            curtailed += max(energy_kwh - capacity_kwh, 0.0)
            energy_kwh = min(energy_kwh, capacity_kwh)
            if heater_on[k]:
                continue
            pack_c = _heated(pack, pack_c, draw_kw[k], dt, pack.conductance_driving_w_per_k)
        time_s += duration_s[k]
        least = min(least, energy_kwh)
        after_kwh[k], after_c[k] = energy_kwh, pack_c
    return Driven(energy_kwh, least, pack_c, time_s, after_kwh, after_c, curtailed, heater_kwh)


@compiled
def charge(
    soc: float,
    until_soc: float,
    pack_c: float,
    charger_kw: float,
    power: PowerModel,
    pack: PackModel,
    step_s: float,
    longest_s: float,
) -> tuple[float, float, float]:
    """Charge up to an SoC; SoC, pack temperature [degC] and time [s] when it is reached.

    The charging curve counts as constant within each cell of SoC, at its middle (`SOC_CELLS`): no
    step goes beyond its cell.

    Parameters
    ----------
    soc, until_soc
        State of charge before, and wanted.
    pack_c
        Pack temperature before. [degC]
    charger_kw
        Most that the charger gives. [kW]
    power, pack
        The car's charging limits and its pack.
    step_s
        Longest step. [s]
    longest_s
        Give up after so long. [s]
    """
    charged_s = 0.0
    while soc < until_soc - 1e-12 and charged_s < longest_s:
        kw, cell_end = _in_cell(soc, pack_c, charger_kw, power)
        upto = min(cell_end, until_soc)
        missing_s = (upto - soc) * power.capacity_kwh / kw * S_PER_H if kw > 0.0 else math.inf
        dt = min(step_s, missing_s)
        pack_c = _heated(pack, pack_c, kw, dt, pack.conductance_parked_w_per_k)
        soc = upto if missing_s <= step_s else soc + kw * dt / S_PER_H / power.capacity_kwh
        charged_s += dt
    return soc, pack_c, charged_s


@compiled
def stand(
    soc: float,
    limit_soc: float,
    pack_c: float,
    charger_kw: float,
    power: PowerModel,
    pack: PackModel,
    step_s: float,
    duration_s: float,
) -> tuple[float, float]:
    """Stand for a time, charging up to a limit where there is a plug; SoC and pack temperature.

    Parameters
    ----------
    soc, limit_soc
        State of charge before, and most to charge to.
    pack_c
        Pack temperature before. [degC]
    charger_kw
        Most that the plug gives; 0: there is none. [kW]
    power, pack
        The car's charging limits and its pack.
    step_s
        Longest step. [s]
    duration_s
        How long. [s]
    """
    stood_s = 0.0
    while stood_s < duration_s - 1e-9:
        dt = min(step_s, duration_s - stood_s)
        kw = 0.0
        if charger_kw > 0.0 and soc < limit_soc - 1e-12:
            kw, cell_end = _in_cell(soc, pack_c, charger_kw, power)
            if kw > 0.0:
                dt = min(dt, (cell_end - soc) * power.capacity_kwh / kw * S_PER_H)
            kw = min(kw, (limit_soc - soc) * power.capacity_kwh * S_PER_H / dt)
            soc += kw * dt / S_PER_H / power.capacity_kwh
        pack_c = _heated(pack, pack_c, kw, dt, pack.conductance_parked_w_per_k)
        stood_s += dt
    return soc, pack_c


@part
def _in_cell(
    soc: float, pack_c: float, charger_kw: float, power: PowerModel
) -> tuple[float, float]:
    """Power in the cell of SoC that a charge has reached [kW], and SoC where the cell ends."""
    cell = math.floor(soc * SOC_CELLS + _CELL_ROUNDING)
    return (
        charging_power_kw((cell + 0.5) / SOC_CELLS, pack_c, charger_kw, power),
        (cell + 1.0) / SOC_CELLS,
    )


@part
def _heated(
    pack: PackModel, pack_c: float, power_kw: float, dt: float, conductance_w_per_k: float
) -> float:
    """One explicit midpoint step of the lumped pack; the thermostat holds its temperature."""
    start_w = _free_w(pack, pack_c, power_kw, conductance_w_per_k)
    half_c = pack_c + 0.5 * start_w * dt / pack.heat_capacity_j_per_k
    free_w = _free_w(pack, half_c, power_kw, conductance_w_per_k)
    free_c = pack_c + free_w * dt / pack.heat_capacity_j_per_k
    if pack.cooling_w <= 0.0 or free_c <= pack.cooling_on_c:
        return free_c
    cooled_c = free_c - pack.cooling_w * dt / pack.heat_capacity_j_per_k
    return max(cooled_c, pack.cooling_on_c)


@part
def _warmed(
    pack: PackModel, pack_c: float, draw_kw: float, dt: float, heater: Heater
) -> tuple[float, float]:
    """One step with the heater on: pack temperature [degC], and what the heater took [kWh]."""
    free_c = _heated(pack, pack_c, draw_kw, dt, pack.conductance_driving_w_per_k)
    if free_c >= heater.target_c:
        return free_c, 0.0
    used_kw = heater.power_kw
    conductance = pack.conductance_driving_w_per_k
    half_w = _free_w(pack, pack_c, draw_kw + used_kw, conductance) + used_kw * W_PER_KW
    half_c = pack_c + 0.5 * half_w * dt / pack.heat_capacity_j_per_k
    warm_w = _free_w(pack, half_c, draw_kw + used_kw, conductance) + used_kw * W_PER_KW
    warm_c = pack_c + warm_w * dt / pack.heat_capacity_j_per_k
    if warm_c > heater.target_c:
        # The thermostat gives only what is lacking.
        used_kw *= (heater.target_c - free_c) / (warm_c - free_c)
        warm_c = heater.target_c
    return warm_c, used_kw * dt / S_PER_H


@part
def _free_w(pack: PackModel, pack_c: float, power_kw: float, conductance_w_per_k: float) -> float:
    """Heat that the pack keeps without active cooling [W]."""
    resistance = resistance_ohm(pack_c, pack.resistance_25c_ohm, pack.resistance_per_k)
    heat_w = joule_heat_w(power_kw, pack.voltage_v, resistance)
    return heat_w - conductance_w_per_k * (pack_c - pack.air_c)
