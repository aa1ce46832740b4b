"""Pack temperature: one lump of heat, warmed by its own resistance, cooled by air and by machine.

C dT/dt = I^2 R(T) - hA (T - T_air) - P_cool [T > T_on],  R(T) = R25 exp(k (25 - T))

Scalar functions that the search compiles as they stand.

Notes
-----
The form is the usual lumped-capacitance one; k = 0.02 per kelvin and the sizes come with each car.
Logs of a Nissan Sakura identify R25/C = 2.8e-6 ohm K/J (+-15 %).
"""

import math
from typing import NamedTuple

RESISTANCE_GROWTH = 2.5
"""Relative growth of the resistance per lost share of the capacity (assumption, 0 to 5): half again
at 80 % of the capacity.  Cells are retired at 80 % of the capacity or at twice the resistance, and
both change about linearly up to there (TWAICE battery encyclopedia)."""


class PackModel(NamedTuple):
    """The lumped pack and the air around it; a tuple, so that compiled code can take it."""

    heat_capacity_j_per_k: float
    resistance_25c_ohm: float
    resistance_per_k: float
    voltage_v: float
    conductance_driving_w_per_k: float
    conductance_parked_w_per_k: float
    cooling_w: float
    cooling_on_c: float
    air_c: float


class PackHeater(NamedTuple):
    """An electric heater of the pack; a tuple, so that compiled code can take it."""

    power_kw: float
    """Power that it draws from the battery, all of which warms the pack; 0: there is none."""
    target_c: float
    """Pack temperature that its thermostat keeps."""


NO_HEATER = PackHeater(0.0, 0.0)


def resistance_ohm(pack_c: float, resistance_25c_ohm: float, per_k: float) -> float:
    """Resistance of the pack at a temperature [ohm]; per_k is k of R25 exp(k (25 - T)) [1/K]."""
    return resistance_25c_ohm * math.exp(per_k * (25.0 - pack_c))


def aged_resistance_ohm(new_ohm: float, soh: float) -> float:
    """Resistance of a pack of which this share of the capacity is left [ohm]."""
    return new_ohm * (1.0 + RESISTANCE_GROWTH * (1.0 - soh))


def relaxed_c(start_c: float, target_c: float, rate_per_s: float, duration_s: float) -> float:
    """Temperature that relaxes exponentially towards a target [degC].

    Parameters
    ----------
    start_c, target_c
        Where it starts, and where it would come to rest. [degC]
    rate_per_s
        Reciprocal of the time constant. [1/s]
    duration_s
        How long it relaxes. [s]
    """
    return target_c + (start_c - target_c) * math.exp(-rate_per_s * duration_s)


def pack_temperature_c(  # noqa: PLR0911 - one return for each course that the pack can take
    start_c: float,
    heat_w: float,
    duration_s: float,
    air_c: float,
    conductance_w_per_k: float,
    heat_capacity_j_per_k: float,
    cooling_w: float,
    cooling_on_c: float,
) -> float:
    """Pack temperature after a time with steady heat, in closed form [degC].

    Active cooling runs above ``cooling_on_c``; where it is stronger than the heat there, the pack
    settles at that temperature (an ideal thermostat).

    Parameters
    ----------
    start_c
        Temperature at the start. [degC]
    heat_w
        Heat set free in the pack, I^2 R. [W]
    duration_s
        How long. [s]
    air_c
        Air temperature. [degC]
    conductance_w_per_k
        Heat loss to the air, hA; above zero. [W/K]
    heat_capacity_j_per_k
        Heat capacity of the pack. [J/K]
    cooling_w
        Heat that active cooling removes; 0 where there is none. [W]
    cooling_on_c
        Temperature at which it starts. [degC]
    """
    rate = conductance_w_per_k / heat_capacity_j_per_k
    free_c = air_c + heat_w / conductance_w_per_k
    if cooling_w <= 0.0:
        return relaxed_c(start_c, free_c, rate, duration_s)
    cooled_c = free_c - cooling_w / conductance_w_per_k
    if start_c <= cooling_on_c:
        end_c = relaxed_c(start_c, free_c, rate, duration_s)
        if end_c <= cooling_on_c:
            return end_c
        if cooled_c <= cooling_on_c:
            return cooling_on_c
        reached_s = math.log((free_c - start_c) / (free_c - cooling_on_c)) / rate
        return relaxed_c(cooling_on_c, cooled_c, rate, duration_s - reached_s)
    end_c = relaxed_c(start_c, cooled_c, rate, duration_s)
    if end_c >= cooling_on_c:
        return end_c
    if free_c >= cooling_on_c:
        return cooling_on_c
    reached_s = math.log((start_c - cooled_c) / (cooling_on_c - cooled_c)) / rate
    return relaxed_c(cooling_on_c, free_c, rate, duration_s - reached_s)


def joule_heat_w(power_kw: float, voltage_v: float, resistance: float) -> float:
    """Heat that a battery power sets free, (P/V)^2 R [W].

    Parameters
    ----------
    power_kw
        Battery power, either sign. [kW]
    voltage_v
        Nominal pack voltage. [V]
    resistance
        Pack resistance. [ohm]
    """
    current_a = power_kw * 1000.0 / voltage_v
    return current_a * current_a * resistance


def driven_pack_c(start_c: float, heat_25c_j: float, duration_s: float, pack: PackModel) -> float:
    """Pack temperature after a drive [degC].

    The heat is spread evenly over the drive, with the resistance halfway (midpoint rule).

    Parameters
    ----------
    start_c
        Temperature at the start. [degC]
    heat_25c_j
        Heat that the drive would set free in a pack of 25 degrees Celsius. [J]
    duration_s
        Driving time. [s]
    pack
        The pack.
    """
    if duration_s <= 0.0:
        return start_c
    half_c = driven_share_c(start_c, start_c, heat_25c_j, duration_s, 0.5, pack)
    return driven_share_c(start_c, half_c, heat_25c_j, duration_s, 1.0, pack)


def driven_share_c(
    start_c: float,
    resistance_at_c: float,
    heat_25c_j: float,
    duration_s: float,
    share: float,
    pack: PackModel,
) -> float:
    """Pack temperature after a share of a drive with the resistance at a given temperature [degC].

    Parameters
    ----------
    start_c
        Pack temperature at the start. [degC]
    resistance_at_c
        Pack temperature whose resistance holds all along. [degC]
    heat_25c_j
        Heat of the whole drive in a pack of 25 degrees Celsius. [J]
    duration_s
        Time of the whole drive. [s]
    share
        How much of the drive, in time and heat.
    pack
        The pack and its surroundings.
    """
    warm = resistance_ohm(resistance_at_c, 1.0, pack.resistance_per_k)
    return pack_temperature_c(
        start_c,
        heat_25c_j * warm / duration_s,
        share * duration_s,
        pack.air_c,
        pack.conductance_driving_w_per_k,
        pack.heat_capacity_j_per_k,
        pack.cooling_w,
        pack.cooling_on_c,
    )


def heated_pack(
    start_c: float, heat_w: float, duration_s: float, pack: PackModel, heater: PackHeater
) -> tuple[float, float]:
    """Pack temperature after driving with the heater on [degC], and what that took [J].

    Below its target the heater gives all its power, and at it what holds it (an ideal thermostat).

    Parameters
    ----------
    start_c
        Temperature at the start. [degC]
    heat_w
        Heat set free in the pack, I^2 R. [W]
    duration_s
        How long. [s]
    pack, heater
        The pack, whose active cooling starts above the heater's target, and the heater.
    """
    conductance, target_c = pack.conductance_driving_w_per_k, heater.target_c
    rate = conductance / pack.heat_capacity_j_per_k
    heater_w = heater.power_kw * 1000.0
    free_c = pack.air_c + heat_w / conductance
    heated_c = free_c + heater_w / conductance
    before_s, used_j = 0.0, 0.0
    if start_c < target_c:
        if heated_c > target_c:
            before_s = math.log((heated_c - start_c) / (heated_c - target_c)) / rate
        if heated_c <= target_c or before_s >= duration_s:
            return relaxed_c(start_c, heated_c, rate, duration_s), heater_w * duration_s
        used_j, start_c = heater_w * before_s, target_c
    elif free_c < target_c:
        before_s = math.log((start_c - free_c) / (target_c - free_c)) / rate
        if before_s < duration_s:
            start_c = target_c
    rest_s = duration_s - before_s
    if free_c >= target_c or rest_s <= 0.0:
        # On its own it stays above the target: the heater is off.
        end_c = pack_temperature_c(
            start_c,
            heat_w,
            rest_s if rest_s > 0.0 else duration_s,
            pack.air_c,
            conductance,
            pack.heat_capacity_j_per_k,
            pack.cooling_w,
            pack.cooling_on_c,
        )
        return end_c, used_j
    if heated_c < target_c:
        return relaxed_c(target_c, heated_c, rate, rest_s), used_j + heater_w * rest_s
    return target_c, used_j + conductance * (target_c - free_c) * rest_s


def driven_heated_pack(
    start_c: float, heat_25c_j: float, duration_s: float, pack: PackModel, heater: PackHeater
) -> tuple[float, float]:
    """Pack temperature after a drive with the heater on [degC], and what that took [J].

    Parameters
    ----------
    start_c, heat_25c_j, duration_s, pack
        As in `driven_pack_c`.
    heater
        The heater.
    """
    if duration_s <= 0.0:
        return start_c, 0.0
    heat_w = heat_25c_j / duration_s
    warm = resistance_ohm(start_c, 1.0, pack.resistance_per_k)
    half_c, _ = heated_pack(start_c, heat_w * warm, 0.5 * duration_s, pack, heater)
    warm = resistance_ohm(half_c, 1.0, pack.resistance_per_k)
    return heated_pack(start_c, heat_w * warm, duration_s, pack, heater)


def parked_pack_c(start_c: float, power_kw: float, duration_s: float, pack: PackModel) -> float:
    """Pack temperature after standing with a steady charging power [degC].

    Parameters
    ----------
    start_c
        Temperature at the start, at which the resistance is taken. [degC]
    power_kw
        Power into the battery; 0 while merely parked. [kW]
    duration_s
        How long. [s]
    pack
        The pack.
    """
    resistance = resistance_ohm(start_c, pack.resistance_25c_ohm, pack.resistance_per_k)
    return pack_temperature_c(
        start_c,
        joule_heat_w(power_kw, pack.voltage_v, resistance),
        duration_s,
        pack.air_c,
        pack.conductance_parked_w_per_k,
        pack.heat_capacity_j_per_k,
        pack.cooling_w,
        pack.cooling_on_c,
    )
