"""Charging power and usable energy: curve, charger and temperature, whichever is least.

Mostly scalar functions, which the search compiles as they stand.
"""

import math
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.thermal import (
    PackModel,
    joule_heat_w,
    pack_temperature_c,
    parked_pack_c,
    resistance_ohm,
)

SOC_CELLS = 100
"""Within each of these cells of SoC the charging curve counts as constant, at its middle."""
LEAST_POWER_KW = 0.05
"""Below this a pack counts as refusing to charge (assumption), kW."""


_MOST_CHANGE = 0.02
"""Relative change of the power, over half a part of a cell, that is followed at once.  No car of
the catalogue sees so much; for one that charges next to nothing at first, 0.1 would make the whole
charge 1.5 % too quick."""
_MOST_PARTS = 4096.0
"""A cell is not parted more finely than this."""

LARGEST_AC_KW = 22.0
"""A plug up to this power gives alternating current, a larger one direct current (assumption)."""
_AC_SHARE = 0.93
_AC_ASIDE_KW = 0.28
"""What an onboard charger passes on of what the electronics leave that run beside it, by the losses
that the ADAC measured (2022): Renault Zoe 24.2 % at 2.3 kW and 9.7 % at 11 kW, VW ID.3 13.6 % and
9.0 %; fitted to the means."""


class PowerModel(NamedTuple):
    """What limits charging on the car's side; a tuple, so that compiled code can take it."""

    curve_soc: Floats
    curve_kw: Floats
    limit_c: Floats
    limit_kw: Floats
    capacity_kwh: float


def ac_battery_kw(wall_kw: float) -> float:
    """Power that reaches the battery of what an onboard charger takes from the wall [kW]."""
    return max(0.0, _AC_SHARE * wall_kw - _AC_ASIDE_KW)


def interpolate(x: float, xs: Floats, ys: Floats) -> float:
    """Linear interpolation through rising points, flat outside them.

    Parameters
    ----------
    x
        Where.
    xs, ys
        The points, shape (points,), ``xs`` rising.
    """
    if x <= xs[0]:
        return float(ys[0])
    for i in range(1, xs.shape[0]):
        if x <= xs[i]:
            return float(ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]))
    return float(ys[xs.shape[0] - 1])


def interpolated(x: Floats, xs: Floats, ys: Floats) -> Floats:
    """Return what `interpolate` does for each of many places, to the last bit.

    Parameters
    ----------
    x
        Where, shape (places,).
    xs, ys
        The points, shape (points,), ``xs`` rising.
    """
    after = np.searchsorted(xs, x)
    i = np.clip(after, 1, xs.size - 1)
    inside = ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    found = np.where(after == 0, ys[0], np.where(after == xs.size, ys[-1], inside))
    return np.asarray(found, np.float64)


def charging_power_kw(
    soc: float,
    pack_c: float,
    charger_kw: float,
    model: PowerModel,
) -> float:
    """Power into the battery [kW]: the least of charging curve, charger and temperature limit.

    Parameters
    ----------
    soc
        State of charge.
    pack_c
        Pack temperature. [degC]
    charger_kw
        Most that the charger gives. [kW]
    model
        The car's charging curve and temperature limit.
    """
    return min(
        interpolate(soc, model.curve_soc, model.curve_kw),
        charger_kw,
        interpolate(pack_c, model.limit_c, model.limit_kw),
    )


def charge_step(
    soc_from: float,
    soc_to: float,
    pack_c: float,
    charger_kw: float,
    model: PowerModel,
    pack: PackModel,
) -> tuple[float, float]:
    """Charge over a small step of SoC: duration [s] and pack temperature after it [degC].

    The curve is taken in the middle of the cell of SoC (see `SOC_CELLS`) that the step lies in,
    the temperature by the midpoint rule, in parts so small that the power changes little over half
    of each: a pack that hardly charges at first may warm up long before the cell is full.  A pack
    that refuses to charge takes for ever: the duration is infinite.

    Parameters
    ----------
    soc_from, soc_to
        State of charge before and after, within one cell.
    pack_c
        Pack temperature before. [degC]
    charger_kw
        Most that the charger gives. [kW]
    model, pack
        The car's charging limits and its pack.
    """
    middle = (math.floor(0.5 * (soc_from + soc_to) * SOC_CELLS) + 0.5) / SOC_CELLS
    left_kwh = (soc_to - soc_from) * model.capacity_kwh
    least_kwh = left_kwh / _MOST_PARTS
    part_kwh, charged_s = left_kwh, 0.0
    while left_kwh > 0.0:
        part_kwh = min(part_kwh, left_kwh)
        start_kw = charging_power_kw(middle, pack_c, charger_kw, model)
        if start_kw < LEAST_POWER_KW:
            return math.inf, pack_c
        half_c = parked_pack_c(pack_c, start_kw, 0.5 * part_kwh / start_kw * 3600.0, pack)
        power_kw = charging_power_kw(middle, half_c, charger_kw, model)
        if abs(power_kw - start_kw) > _MOST_CHANGE * start_kw and part_kwh > least_kwh:
            part_kwh *= 0.5
            continue
        if power_kw < LEAST_POWER_KW:
            return math.inf, pack_c
        duration_s = part_kwh / power_kw * 3600.0
        resistance = resistance_ohm(half_c, pack.resistance_25c_ohm, pack.resistance_per_k)
        end_c = pack_temperature_c(
            pack_c,
            joule_heat_w(power_kw, pack.voltage_v, resistance),
            duration_s,
            pack.air_c,
            pack.conductance_parked_w_per_k,
            pack.heat_capacity_j_per_k,
            pack.cooling_w,
            pack.cooling_on_c,
        )
        end_kw = charging_power_kw(middle, end_c, charger_kw, model)
        if abs(end_kw - power_kw) > _MOST_CHANGE * power_kw and part_kwh > least_kwh:
            part_kwh *= 0.5
            continue
        pack_c = end_c
        charged_s += duration_s
        left_kwh -= part_kwh
        part_kwh *= 2.0
    return charged_s, pack_c
