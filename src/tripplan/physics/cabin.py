"""Electric power that keeps people warm or cool: steady, and while a cold cabin warms up.

Two ways, by what is known of a car:

- tables by air temperature for a kind of heater, or
- a measured cabin: one lump of heat, C dT/dt = P - G (T - T_air), with a heater that gives the
  steady power plus a gain times the missing kelvins, up to its most power.

A measured cabin goes by *electric* power: with a heat pump G is the heat loss over the COP.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.units import J_PER_KWH, W_PER_KW

Floats = NDArray[np.float64]

SET_C = 22.0
"""Cabin temperature that people set (assumption), degrees Celsius."""

_AIR_C = np.array([-40.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 35.0, 45.0])
_STEADY_KW = {
    "ptc": np.array([6.0, 4.5, 3.6, 2.5, 1.3, 0.2, 0.6, 0.9, 1.5]),
    "heat_pump": np.array([6.0, 4.2, 2.6, 1.3, 0.55, 0.1, 0.6, 0.9, 1.5]),
    "none": np.zeros(9),
}
_COOLING_FROM = 6
"""Where the cooling side of the tables starts: 30 degrees Celsius."""
_WARM_UP_C = np.array([-20.0, -10.0, 0.0, 10.0, 20.0])
_WARM_UP_KWH = np.array([1.2, 0.8, 0.45, 0.2, 0.0])


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


def power_kw(ambient_c: float, heater: str, measured: MeasuredCabin | None = None) -> float:
    """Electric power that keeps the cabin comfortable, steady state [kW].

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    heater
        "ptc", "heat_pump" or "none" (which also has no air conditioning).
    measured
        The car's own heating, if it was measured; cooling is that of the table, from 30 degrees
        Celsius on, and linear between.

    Notes
    -----
    PTC from FASTSim 3.1.0's LEAF at 90 km/h and emobpy's cabin model; the heat-pump row is an
    estimate; both +-30 %.  Below -20 and above 35 degrees Celsius an estimate.
    """
    if measured is None:
        return float(np.interp(ambient_c, _AIR_C, _STEADY_KW[heater]))
    if ambient_c <= 20.0:
        return measured.steady_w(ambient_c) / W_PER_KW
    air_c = np.concatenate([[20.0], _AIR_C[_COOLING_FROM:]])
    kw = np.concatenate([[measured.steady_w(20.0) / W_PER_KW], _STEADY_KW[heater][_COOLING_FROM:]])
    return float(np.interp(ambient_c, air_c, kw))


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
