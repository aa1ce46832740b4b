"""Electric power that keeps people warm or cool: steady, and while a cabin warms up or cools down.

Two ways, by what is known of a car:

- tables by air temperature for a kind of heater, or
- a measured cabin: one lump of heat, C dT/dt = P - G (T - T_air), with a heater that gives the
  steady power plus a gain times the missing kelvins, up to its most power.

A measured cabin goes by *electric* power: with a heat pump G is the heat loss over the COP.

A heat pump takes the heat of the resistive heater's table over its coefficient of performance
(`heat_pump_cop`).  The sun gives heat that need not be made, or that must be taken out again.

Sources, by their numbers in the docstrings below:

- [1] Reversible heat pump with a glycol loop to the heater core, 61 tests in heating mode, Advances
  in Mechanical Engineering 2019, doi 10.1177/1687814019845806: COP 1.9 with 4.2 kW and air of 41.5
  degrees Celsius supplied at -1 outside; COP 1.8 in cooling at 45 outside.
- [2] Renault on the heat pump of the Zoe (greencarreports.com, 2012): from 1 kW 3 kW of heat, or
  2 kW of cooling.
- [3] ADAC, test chamber with sun lamps: Model Y, 35 degrees Celsius, 1.5 kW steady.
- [4] McLaren, Null and Quinn, Heat stress from enclosed vehicles, Pediatrics 2005: parked in the
  sun a cabin gets 22 K (40 F) warmer than the air within an hour, at 22 to 36 degrees Celsius.
- [5] AAA 2019, five cars on the dynamometer at -7 degrees Celsius: ranges of 88 and 59 % of that of
  a mild day without and with heating, which is some 59 Wh/km at 45 km/h.
- [6] FASTSim 3.1.0 and emobpy 0.6.2: models of cabins.
"""

import math
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.units import J_PER_KWH, KELVIN_AT_0_C, W_PER_KW

SET_C = 22.0
"""Cabin temperature that people set (assumption), degrees Celsius."""

_AIR_C = np.array([-40.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 35.0, 45.0])
_HEAT_KW = np.array([5.4, 3.6, 2.9, 2.0, 1.05, 0.2, 0.0, 0.0, 0.0])
_COOLING_KW = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 1.15, 2.0])
"""Heat into the cabin, and electric power of the air conditioning.  Heat is 0.8 of FASTSim's [6]
from 10 to -20 degrees Celsius: five cars [5] took some 2.6 kW at -7, it says 3.3; at -40 it is set
in proportion to the difference from `SET_C`, as at -20.  Between 20 and
30 degrees Celsius one fades out while the other sets in.  At 29 degrees six logged drives of a BMW
i3 took 0.47 kW once they were cool; at 35 it is set so that the lamps of [3], taken as 1000 W/m2,
make 1.5 kW of it; at 45 an estimate."""
_HOT_C = np.array([20.0, 30.0])
"""Between these cooling sets in."""
_WARM_UP_C = np.array([-20.0, -10.0, 0.0, 10.0, 20.0])
_WARM_UP_KWH = np.array([1.2, 0.8, 0.45, 0.2, 0.0])


_SUPPLY_C = 41.5
"""Temperature of the air that a heat pump blows into the cabin [1]."""
_CARNOT_SHARE = 0.36
"""Share of the ideal coefficient of performance that is reached: the middle of that of [1] and of
test benches without its glycol loop, which reach 3.2 at -5 and 3.3 at -10 degrees Celsius.  The
middle is borne out by cars with heat pumps in the EPA's cold city cycle, 1.18 to 1.43 times the
warm one; with the share of [1] they would take 1.5 to 1.7 times."""
_MOST_COP = 3.0
"""Highest coefficient of performance in heating [2]."""
COOLING_COP = 2.0
"""Coefficient of performance in cooling [2]; 1.8 in great heat [1]."""
_FADES_C = np.array([-20.0, -10.0])
"""Between these the heat pump gives way to the resistive heater (assumption)."""
SUN_AREA_M2 = 1.0
"""Solar heat that gets into the cabin, over the sun's power on level ground (assumption, +-0.4:
some 3 m2 of glass, a third of it facing the sun at a time; roof and body make up for its tint).
"""


DAY_SUN_W_PER_M2 = 300.0
"""Sun that the cooling table holds at (assumption: drives by day under all skies set it)."""
_SOAK_K, _SOAK_W_PER_M2 = 22.0, 900.0
"""How much warmer than the air a cabin gets in the sun [4], and the sun that does it (assumption:
a clear summer's noon); in proportion to the sun."""
_PULL_DOWN_J_PER_K = 75e3
"""Heat to be taken out for each kelvin (assumption: that of the warm-up at 0 degrees Celsius, 0.45
kWh over 22 K)."""
PULL_DOWN_S = 300.0
"""Time in which the power of cooling a hot cabin down falls to 1/e of what it takes on top of the
steady power: three drives of a BMW i3 at 28 degrees Celsius took 1.7 kW in the mean of the first
five minutes, 1.0 in the next, 0.6 and 0.5 after that."""


class MeasuredCabin(NamedTuple):
    """A cabin whose heating was measured, in electric power."""

    loss_w_per_k: float
    """Steady power per kelvin between cabin and air."""
    gain_w_per_k: float
    """Power on top per kelvin that the cabin is too cold."""
    capacity_j_per_k: float
    most_w: float
    """Most power of the heater."""

    def steady_w(self, ambient_c: float) -> float:
        """Power that holds the set temperature [W]."""
        return min(max(0.0, self.loss_w_per_k * (SET_C - ambient_c)), self.most_w)

    def heating_w(self, elapsed_s: Floats, soak_c: float, ambient_c: float) -> Floats:
        """Heating power by time since the start [W].

        Parameters
        ----------
        elapsed_s
            Time since the start, shape (times,). [s]
        soak_c
            Cabin temperature at the start. [degC]
        ambient_c
            Air temperature. [degC]
        """
        steady_w = self.steady_w(ambient_c)
        if steady_w <= 0.0:
            return np.zeros(elapsed_s.shape)
        full_s, missing_k = self._full_power(soak_c, ambient_c)
        rate = (self.gain_w_per_k + self.loss_w_per_k) / self.capacity_j_per_k
        later_w = steady_w + self.gain_w_per_k * missing_k * np.exp(
            -rate * np.maximum(elapsed_s - full_s, 0.0)
        )
        return np.asarray(np.where(elapsed_s < full_s, self.most_w, later_w))

    def warm_up_j(self, soak_c: float, ambient_c: float) -> float:
        """Energy beyond the steady power that the cabin takes on a long drive [J]."""
        steady_w = self.steady_w(ambient_c)
        if steady_w <= 0.0:
            return 0.0
        full_s, missing_k = self._full_power(soak_c, ambient_c)
        if math.isinf(full_s):
            return 0.0
        rate = (self.gain_w_per_k + self.loss_w_per_k) / self.capacity_j_per_k
        return (self.most_w - steady_w) * full_s + self.gain_w_per_k * missing_k / rate

    def _full_power(self, soak_c: float, ambient_c: float) -> tuple[float, float]:
        """How long the heater gives all it has [s], and how cold the cabin is after that [K]."""
        missing_k = max(0.0, SET_C - soak_c)
        spare_w = self.most_w - self.steady_w(ambient_c)
        if self.gain_w_per_k * missing_k <= spare_w:
            return 0.0, missing_k
        end_k = ambient_c + self.most_w / self.loss_w_per_k - SET_C
        left_k = spare_w / self.gain_w_per_k
        if end_k <= 0.0:
            return math.inf, missing_k
        time_s = self.capacity_j_per_k / self.loss_w_per_k
        return time_s * math.log((end_k + missing_k) / (end_k + left_k)), left_k


def heat_pump_cop(ambient_c: float) -> float:
    """Heat for each unit of electric energy, of a heat pump and the resistive heater beside it.

    A fixed share of the ideal one between the outside and the air supplied, at most 3 [2]; from -10
    down to -20 degrees Celsius the resistive heater takes over (assumption).

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    """
    ideal = (_SUPPLY_C + KELVIN_AT_0_C) / max(_SUPPLY_C - ambient_c, 1.0)
    cop = min(max(_CARNOT_SHARE * ideal, 1.0), _MOST_COP)
    return 1.0 + float(np.interp(ambient_c, _FADES_C, [0.0, 1.0])) * (cop - 1.0)


def power_kw(
    ambient_c: float,
    heater: str,
    measured: MeasuredCabin | None = None,
    sun_w_per_m2: float | None = None,
) -> float:
    """Electric power that keeps the cabin comfortable, steady state [kW].

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    heater
        "ptc", "heat_pump" or "none" (which also has no air conditioning).
    measured
        The car's own heating, if it was measured; cooling is that of the table.
    sun_w_per_m2
        Power of the sun on level ground: none at night and 1000 on a clear summer's day; None: not
        known, and as the tables have it.  Heating holds without sun, cooling at `DAY_SUN_W_PER_M2`
        (assumptions). [W/m2]

    Notes
    -----
    Heat by FASTSim 3.1.0's LEAF at 90 km/h and emobpy's cabin model, lowered to what [5] measured;
    cooling at 30 degrees Celsius as FASTSim's; +-30 %.  Below -20 and above 35 degrees Celsius an
    estimate.
    """
    if heater == "none":
        return 0.0
    cop = heat_pump_cop(ambient_c) if heater == "heat_pump" else 1.0
    heat_kw = float(np.interp(ambient_c, _AIR_C, _HEAT_KW))
    if measured is not None:
        fades = float(np.interp(ambient_c, [20.0, 30.0], [1.0, 0.0]))
        heat_kw = cop * fades * measured.steady_w(min(ambient_c, 20.0)) / W_PER_KW
    usual_w_per_m2 = DAY_SUN_W_PER_M2 * float(np.interp(ambient_c, _HOT_C, [0.0, 1.0]))
    more_w_per_m2 = 0.0 if sun_w_per_m2 is None else sun_w_per_m2 - usual_w_per_m2
    sun_kw = SUN_AREA_M2 * more_w_per_m2 / W_PER_KW
    cooling_kw = float(np.interp(ambient_c, _AIR_C, _COOLING_KW))
    cooling_kw += max(min(sun_kw, 0.0), sun_kw - heat_kw) / COOLING_COP
    return min(heat_kw, max(0.0, heat_kw - sun_kw)) / cop + max(0.0, cooling_kw)


def warm_up_kwh(
    ambient_c: float,
    heater: str,
    measured: MeasuredCabin | None = None,
    soak_c: float | None = None,
) -> float:
    """Energy that a cold cabin takes beyond the steady power [kWh].

    Without a measured cabin that of FASTSim 3.1.0's LEAF, first ten minutes less steady state,
    +-40 %, in proportion to the kelvins that are missing.

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    heater
        "ptc", "heat_pump" or "none".
    measured
        The car's own heating, if it was measured.
    soak_c
        Cabin temperature at the start; None: that of the air. [degC]
    """
    start_c = ambient_c if soak_c is None else soak_c
    if heater == "none" or start_c >= SET_C:
        return 0.0
    if measured is not None:
        return measured.warm_up_j(start_c, ambient_c) / J_PER_KWH
    whole_kwh = float(np.interp(ambient_c, _WARM_UP_C, _WARM_UP_KWH))
    return whole_kwh * (SET_C - start_c) / (SET_C - ambient_c) if whole_kwh > 0.0 else 0.0


def pull_down_kwh(
    ambient_c: float,
    heater: str,
    sun_w_per_m2: float | None = None,
    soak_c: float | None = None,
) -> float:
    """Energy that a hot cabin takes beyond the steady power of cooling [kWh].

    The heat of its kelvins above the temperature that people set, over the coefficient of
    performance; between 20 and 30 degrees Celsius it sets in as cooling does.

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    heater
        "ptc", "heat_pump" or "none" (which also has no air conditioning).
    sun_w_per_m2
        Power of the sun on level ground, in which the car stood; None: it stood in the shade
        (assumption). [W/m2]
    soak_c
        Cabin temperature at the start; None: that of the air, or more in the sun. [degC]
    """
    if heater == "none":
        return 0.0
    if soak_c is None:
        soak_c = ambient_c + _SOAK_K * (sun_w_per_m2 or 0.0) / _SOAK_W_PER_M2
    cooled = float(np.interp(ambient_c, _HOT_C, [0.0, 1.0]))
    heat_j = _PULL_DOWN_J_PER_K * max(0.0, soak_c - SET_C)
    return cooled * heat_j / COOLING_COP / J_PER_KWH
