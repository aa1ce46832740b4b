"""Compiled: given a chain of stops, the speeds and departures that go best with battery heat.

A descent from one chain, one change at a time: another speed for one leg, or more or less charge at
one stop.  It finds no other stops, and may end in a local optimum; the bound of the certificate
does not rest on it.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.physics.charging import SOC_CELLS, PowerModel, charge_step
from tripplan.physics.jit import compiled, part
from tripplan.physics.thermal import (
    PackHeater,
    PackModel,
    driven_heated_pack,
    driven_pack_c,
    parked_pack_c,
)
from tripplan.search.kernels.heat_trajectory import dwelt
from tripplan.search.kernels.labels import (
    EPSILON,
    Constraints,
    closes_s,
    least_departure_kwh,
    opens_s,
    weighted_charge_s,
)
from tripplan.units import J_PER_KWH, S_PER_H


class Chain(NamedTuple):
    """The stops of a chain and the drives between them, from quick to thrifty in each leg."""

    stop: Ints
    """Stop that each leg leads to, shape (legs,)."""
    first: Ints
    """First drive of each leg, shape (legs + 1,)."""
    time_s: Floats
    min_departure_kwh: Floats
    consumed_kwh: Floats
    max_arrival_kwh: Floats
    heat_j: Floats
    kw: Floats
    """Power of the plug at each leg's end, 0 where there is none, shape (legs,)."""
    heated_s: Floats
    """How long before each leg's end the pack's heater may be switched on, shape (legs,)."""
    heater: PackHeater
    """The pack's heater."""


class Legs(NamedTuple):
    """How each leg of a chain is driven, shape (legs,)."""

    choice: Ints
    """Drive, counted within the leg."""
    spare_kwh: Floats
    """Energy beyond what the leg needs with which it starts; where the car comes with more than
    that, it does not charge."""
    waited_s: Floats
    """How long the car waits at its end before it plugs in."""
    preheated_s: Floats
    """How long before its end the pack's heater is switched on."""
    departed_kwh: Floats
    arrived_kwh: Floats
    """Filled with the energies that follow."""
    arrived_c: Floats
    """Filled with the pack's temperature on arrival."""


@compiled
def drive_chain(
    chain: Chain,
    legs: Legs,
    start_c: float,
    constraints: Constraints,
    power: PowerModel,
    pack: PackModel,
) -> float:
    """Drive a chain; infinite where the battery does not last or takes no charge [s].

    What is returned is what the search minimises; see `labels`.

    Parameters
    ----------
    chain
        Stops and drives.
    legs
        How each leg is driven.
    start_c
        Pack temperature at the start. [degC]
    constraints
        Times to charge without heat, and what the trip fixes.
    power, pack
        The car's charging limits and its pack.
    """
    choice, spare_kwh, waited_s = legs.choice, legs.spare_kwh, legs.waited_s
    preheated_s, departed_kwh, arrived_kwh = legs.preheated_s, legs.departed_kwh, legs.arrived_kwh
    last = chain.stop.shape[0] - 1
    time, energy, pack_c = 0.0, constraints.start_kwh, start_c
    kw, clock = 0.0, 0.0
    at, closes = constraints.chargers + constraints.stages, np.inf
    for leg in range(last + 1):
        drive = chain.first[leg] + choice[leg]
        need = chain.min_departure_kwh[drive]
        heated_s = min(preheated_s[leg], chain.time_s[drive])
        if heated_s > 0.0:
            need += chain.heater.power_kw * heated_s / S_PER_H
        if leg == last:
            need = max(need, chain.consumed_kwh[drive] + constraints.final_kwh)
            if chain.max_arrival_kwh[drive] < constraints.final_kwh - EPSILON:
                return np.inf
        if kw > 0.0:
            wanted = need + spare_kwh[leg]
            wanted = max(wanted, least_departure_kwh(constraints, at, energy))
            if wanted > constraints.limit_kwh + EPSILON and wanted > energy + EPSILON:
                return np.inf
            soc, wanted_soc = energy / power.capacity_kwh, wanted / power.capacity_kwh
            charging = 0.0
            while soc < wanted_soc - 1e-12:
                upto = min((np.floor(soc * SOC_CELLS + 1e-9) + 1.0) / SOC_CELLS, wanted_soc)
                taken, pack_c = charge_step(soc, upto, pack_c, kw, power, pack)
                charging += taken
                soc = upto
            if charging > constraints.longest_charge_s[at] + EPSILON:
                return np.inf
            if constraints.bounded and clock + charging > closes + 1e-3:
                return np.inf
            time += weighted_charge_s(constraints, at, charging, wanted - energy)
            clock += charging
            energy = max(energy, wanted)
        elif energy < need - EPSILON:
            return np.inf
        departed_kwh[leg] = energy
        time += chain.time_s[drive]
        clock += chain.time_s[drive]
        heat_j, drive_s, heater_j = chain.heat_j[drive], chain.time_s[drive], 0.0
        if heated_s > 0.0:
            # Its power counts as heat of the pack, and not in the current through it.
            share = heated_s / drive_s
            pack_c = driven_pack_c(pack_c, (1.0 - share) * heat_j, drive_s - heated_s, pack)
            pack_c, heater_j = driven_heated_pack(
                pack_c, share * heat_j, heated_s, pack, chain.heater
            )
        else:
            pack_c = driven_pack_c(pack_c, heat_j, drive_s, pack)
        energy = min(energy - chain.consumed_kwh[drive], chain.max_arrival_kwh[drive])
        if heater_j > 0.0:
            energy -= heater_j / J_PER_KWH
        arrived_kwh[leg], legs.arrived_c[leg] = energy, pack_c
        if leg == last or time == np.inf:
            return float(time + (constraints.full_kwh - energy) * constraints.end_s_per_kwh)
        at = chain.stop[leg]
        kw = chain.kw[leg]
        closed_s = opens_s(constraints, at, clock) - clock + waited_s[leg]
        pack_c = parked_pack_c(pack_c, 0.0, closed_s, pack)
        time += closed_s
        clock += closed_s
        closes = closes_s(constraints, at, clock)
        if at >= constraints.chargers and constraints.dwell_s[at - constraints.chargers] > 0.0:
            dwell, came_kwh = constraints.dwell_s[at - constraints.chargers], energy
            energy, pack_c = dwelt(energy, constraints.limit_kwh, pack_c, kw, dwell, power, pack)
            arrived_kwh[leg] = energy
            time += dwell + (energy - came_kwh) * constraints.kwh_s[at]
            clock += dwell
        if kw > 0.0:
            pack_c = parked_pack_c(pack_c, 0.0, constraints.clock_overhead_s[at], pack)
            time += constraints.overhead_s[at]
            clock += constraints.clock_overhead_s[at]
    return float(time)


@part
def _preheats(
    chain: Chain,
    legs: Legs,
    leg: int,
    best: float,
    start_c: float,
    constraints: Constraints,
    power: PowerModel,
    pack: PackModel,
) -> float:
    """Switch the heater on sooner or later on a leg where that is better; the chain's time [s]."""
    preheated_s, count = legs.preheated_s, chain.first[leg + 1] - chain.first[leg]
    for step in (1800.0, -1800.0, 600.0, -600.0, 180.0, -180.0, 60.0, -60.0):
        was, driven = preheated_s[leg], legs.choice[leg]
        drive_s = chain.time_s[chain.first[leg] + driven]
        preheated_s[leg] = min(max(was + step, 0.0), chain.heated_s[leg], drive_s)
        if preheated_s[leg] == was:
            continue
        time = drive_chain(chain, legs, start_c, constraints, power, pack)
        # Where the battery does not hold what both take, it may on a thriftier drive.
        while time == np.inf and legs.choice[leg] + 1 < count:
            legs.choice[leg] += 1
            time = drive_chain(chain, legs, start_c, constraints, power, pack)
        if time < best - EPSILON:
            best = time
        else:
            preheated_s[leg], legs.choice[leg] = was, driven
    return best


@compiled
def polish_chain(
    chain: Chain,
    legs: Legs,
    start_c: float,
    constraints: Constraints,
    power: PowerModel,
    pack: PackModel,
    rounds: int,
) -> float:
    """Improve speeds and departures of a chain in place; returns its time [s].

    Parameters
    ----------
    chain, legs, start_c, constraints, power, pack
        As in `drive_chain`; ``legs`` are changed.
    rounds
        Most times to go over the chain.
    """
    choice, spare_kwh = legs.choice, legs.spare_kwh
    best = drive_chain(chain, legs, start_c, constraints, power, pack)
    jumps = np.array([1, -1, 3, -3, 8, -8])
    charges = np.array([0.005, -0.005, 0.02, -0.02, 0.08, -0.08]) * constraints.full_kwh
    for _ in range(rounds):
        before = best
        for leg in range(choice.shape[0]):
            count = chain.first[leg + 1] - chain.first[leg]
            for jump in jumps:
                old = choice[leg]
                new = min(max(old + jump, 0), count - 1)
                if new == old:
                    continue
                choice[leg] = new
                time = drive_chain(chain, legs, start_c, constraints, power, pack)
                if time < best - EPSILON:
                    best = time
                else:
                    choice[leg] = old
            if chain.heated_s[leg] > 0.0:
                best = _preheats(chain, legs, leg, best, start_c, constraints, power, pack)
            if leg == 0 or chain.kw[leg - 1] <= 0.0:
                continue
            for charge in charges:
                was = spare_kwh[leg]
                spare_kwh[leg] = max(was + charge, 0.0)
                if spare_kwh[leg] == was:
                    continue
                time = drive_chain(chain, legs, start_c, constraints, power, pack)
                if time < best - EPSILON:
                    best = time
                else:
                    spare_kwh[leg] = was
        if before - best < 1e-5 * best:
            break
    return drive_chain(chain, legs, start_c, constraints, power, pack)
