"""Compiled: drives between stops on a grid of energies, rounded in the car's favour.

All drives between two stops lie above an envelope of time over energy (`lower_envelopes`), and
their heat above (on the upper side: below) what each weighting with heat leaves over.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled, part
from tripplan.search.kernels.heat_tables import Entries, Floats32, Goals, HeatGrid

_NOTHING_KWH = 1e-9
_STEPS = 1e-9
_MERGED_S = 0.25
"""Corners of an envelope that lie this close together may have been merged."""
_LEAST_S = 1.0
_BLOCKS = 4
"""Where cold counts, what is wasted heats the pack: it is told apart in so many blocks."""
NO_LIMIT_J = 1e15
"""Heat of a drive of which nothing is known."""


class Envelopes(NamedTuple):
    """Corners of the envelopes of many drives, as in `labels.Drives`, shape (corners,)."""

    time_s: Floats
    energy_kwh: Floats
    slower_s_per_kwh: Floats
    slower_kwh: Floats


class Pairs(NamedTuple):
    """Drives between two stops, in the order of the first."""

    here: Ints
    there: Ints
    begin: Ints
    end: Ints
    """Corners of the envelope of each, shape (pairs,)."""
    spare_s: Floats
    """What each may take in a plan that is still of interest, shape (pairs,)."""
    weight_s: Floats
    """Least weights with heat, shape (pairs, weightings)."""


class HeatRates(NamedTuple):
    """Weightings of time, energy and heat, shape (weightings,)."""

    rate_s_per_kwh: Floats
    price_s_per_j: Floats
    """Below zero on the upper side."""


@part
def envelope_s(envelopes: Envelopes, begin: int, end: int, energy_kwh: float) -> float:
    """Least time with an energy [s]; infinite below the least energy.

    Parameters
    ----------
    envelopes, begin, end
        The envelope of the drives, and its corners.
    energy_kwh
        The energy. [kWh]
    """
    if energy_kwh >= envelopes.energy_kwh[begin]:
        return float(envelopes.time_s[begin])
    for k in range(begin, end):
        most = envelopes.energy_kwh[k]
        if energy_kwh >= most - envelopes.slower_kwh[k] - _NOTHING_KWH:
            saved = min(max(most - energy_kwh, 0.0), envelopes.slower_kwh[k])
            return float(envelopes.time_s[k] + envelopes.slower_s_per_kwh[k] * saved)
    return np.inf


@part
def _least_kwh(envelopes: Envelopes, end: int) -> float:
    return float(envelopes.energy_kwh[end - 1] - envelopes.slower_kwh[end - 1])


@part
def _corner_at(envelopes: Envelopes, begin: int, end: int, energy_kwh: float) -> int:
    """Return the corner at which the edge with an energy starts."""
    found = begin
    while found + 1 < end and envelopes.energy_kwh[found + 1] >= energy_kwh:
        found += 1
    return found


@part
def within_kwh(
    envelopes: Envelopes, begin: int, end: int, energy_kwh: float, step_kwh: float, out: Floats32
) -> None:
    """Fill in least times with an energy, with a step more, and at a corner in between.

    Of several corners, the time and the place are the least of any.

    Parameters
    ----------
    envelopes, begin, end
        The envelope of the drives, and its corners.
    energy_kwh, step_kwh
        The energy, and the step. [kWh]
    out
        Times at both ends and at the corner [s], and how far on that is [kWh]; shape (4,), filled.
    """
    out[0] = envelope_s(envelopes, begin, end, energy_kwh)
    out[1] = envelope_s(envelopes, begin, end, energy_kwh + step_kwh)
    out[2], out[3] = np.inf, 0.0
    for k in range(begin, end + 1):
        corner = envelopes.energy_kwh[k] if k < end else _least_kwh(envelopes, end)
        if energy_kwh < corner < energy_kwh + step_kwh:
            time_s = envelope_s(envelopes, begin, end, corner)
            out[3] = min(out[3], corner - energy_kwh) if out[2] < np.inf else corner - energy_kwh
            out[2] = min(out[2], time_s)


@part
def heat_between_j(
    envelopes: Envelopes,
    begin: int,
    end: int,
    weight_s: Floats,
    rates: HeatRates,
    least_kwh: float,
    most_kwh: float,
    longer_s: float,
) -> float:
    """Heat of drives along an envelope between two energies: the least, or the most on that side.

    Time + rate x energy is convex there, so that its largest value is at an end.

    Parameters
    ----------
    envelopes, begin, end
        The envelope of the drives, and its corners.
    weight_s, rates
        Least weights of the drives, shape (weightings,), and what they weigh.
    least_kwh, most_kwh
        Energies between which the drives lie. [kWh]
    longer_s
        How much longer than the envelope they take, at the most. [s]
    """
    slow_s = envelope_s(envelopes, begin, end, least_kwh)
    fast_s = envelope_s(envelopes, begin, end, most_kwh)
    found = 0.0 if rates.price_s_per_j[0] > 0.0 else NO_LIMIT_J
    for k in range(weight_s.shape[0]):
        rate, price = rates.rate_s_per_kwh[k], rates.price_s_per_j[k]
        most_s = max(slow_s + rate * least_kwh, fast_s + rate * most_kwh) + _MERGED_S + longer_s
        if not weight_s[k] < np.inf:
            continue
        heat_j = (weight_s[k] - most_s) / price
        found = max(found, heat_j) if price > 0.0 else max(min(found, heat_j), 0.0)
    return found


@compiled
def entries_between(
    grid: HeatGrid,
    envelopes: Envelopes,
    pairs: Pairs,
    rates: HeatRates,
    stops: int,
    waste: int,
    tiers_s: Floats,
) -> Entries:
    """Round all drives between stops.

    Parameters
    ----------
    grid
        The grid.
    envelopes, pairs
        The drives.
    rates
        What their weights with heat weigh.
    stops
        How many there are.
    waste
        So many steps beyond the energy of the fastest drive have heat of their own, one by one; at
        least 1.
    tiers_s
        Rising from 0, shape (tiers,): drives that take longer than the envelope by at least one of
        these and less than the next stand apart; of those beyond the last one nothing is known of
        heat.  Only the 0: all stand together, as if none took longer. [s]
    """
    tiers = tiers_s.shape[0]
    room = 0
    step_kwh = grid.step_kwh
    blocks = _BLOCKS if rates.price_s_per_j[0] < 0.0 else 1
    for p in range(pairs.here.shape[0]):
        begin, end = pairs.begin[p], pairs.end[p]
        span_kwh = envelopes.energy_kwh[begin] - _least_kwh(envelopes, end)
        room += (int(span_kwh / step_kwh) + waste + blocks + 4) * tiers
    source, stop = np.empty(room, np.int32), np.empty(room, np.int32)
    steps, corner = np.empty(room, np.int32), np.empty(room, np.int32)
    least_s, more_s = np.empty((room, 7), np.float32), np.empty((2, 4), np.float32)
    heat_j, duration_s = np.empty(room), np.empty((room, 2))
    used = 0
    for p in range(pairs.here.shape[0]):
        begin, end = pairs.begin[p], pairs.end[p]
        fastest_kwh, thriftiest_kwh = envelopes.energy_kwh[begin], _least_kwh(envelopes, end)
        enough = int(np.ceil(fastest_kwh / step_kwh - _STEPS))
        thriftiest = int(np.floor(thriftiest_kwh / step_kwh + _STEPS))
        for number in range(-blocks, enough + waste - thriftiest):
            # What is wasted beyond the fastest drive's energy: in blocks, each twice as long as
            # the one after it, then step by step.
            width = waste << (-number - 1) if number < 0 else 1
            m = enough + (width if number < 0 else waste - 1 - number)
            for step in range(2):
                least_kwh = (m - 1 + step) * step_kwh
                within_kwh(envelopes, begin, end, least_kwh, step_kwh, more_s[step])
                least_s[used, step] = more_s[step, 0]
                least_s[used, 3 + 2 * step : 5 + 2 * step] = more_s[step, 2:]
            least_s[used, 2] = more_s[1, 1]
            if least_s[used, 2] > pairs.spare_s[p]:
                break
            if not least_s[used, 2] < np.inf:
                continue
            low_kwh = max((m - 1) * step_kwh, thriftiest_kwh)
            high_kwh = max((m + width) * step_kwh, low_kwh)
            if number == -blocks:
                # Whatever more is wasted.
                high_kwh = NO_LIMIT_J
            one = used
            for tier in range(tiers):
                more = np.float32(tiers_s[tier])
                if least_s[one, 2] + more > pairs.spare_s[p]:
                    break
                longer_s = tiers_s[tier + 1] if tier + 1 < tiers else 0.0
                for column in range(7):
                    shift = more if column not in (4, 6) else np.float32(0.0)
                    least_s[used, column] = least_s[one, column] + shift
                heat_j[used] = heat_between_j(
                    envelopes, begin, end, pairs.weight_s[p], rates, low_kwh, high_kwh, longer_s
                )
                if tier > 0 and tier + 1 == tiers:
                    heat_j[used] = NO_LIMIT_J
                fast_s = envelope_s(envelopes, begin, end, high_kwh)
                slow_s = envelope_s(envelopes, begin, end, low_kwh) + longer_s
                duration_s[used, 0], duration_s[used, 1] = (
                    max(fast_s, _LEAST_S),
                    max(slow_s, _LEAST_S),
                )
                source[used], stop[used], steps[used] = pairs.here[p], pairs.there[p], m
                corner[used] = _corner_at(envelopes, begin, end, (m + 0.5) * step_kwh)
                used += 1
    first = np.zeros(stops + 1, np.int32)
    for x in range(used):
        first[source[x] + 1] += 1
    first = np.cumsum(first).astype(np.int32)
    before_first, before = _sources(stops, source[:used], stop[:used])
    return Entries(
        first,
        stop[:used].copy(),
        steps[:used].copy(),
        least_s[:used].copy(),
        heat_j[:used].copy(),
        duration_s[:used].copy(),
        corner[:used].copy(),
        before_first,
        before,
    )


@part
def _sources(stops: int, source: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """List the stops that have an entry to each; entries of a pair stand together."""
    first = np.zeros(stops + 1, np.int64)
    for x in range(source.shape[0]):
        if x == 0 or source[x] != source[x - 1] or stop[x] != stop[x - 1]:
            first[stop[x] + 1] += 1
    first = np.cumsum(first)
    found, at = np.empty(first[stops], np.int32), first.copy()
    for x in range(source.shape[0]):
        if x == 0 or source[x] != source[x - 1] or stop[x] != stop[x - 1]:
            found[at[stop[x]]] = source[x]
            at[stop[x]] += 1
    return first.astype(np.int32), found


@compiled
def goals_of(
    grid: HeatGrid, envelopes: Envelopes, begin: Ints, end: Ints, final_kwh: float
) -> Goals:
    """Round the drives to the destination.

    Parameters
    ----------
    grid
        The grid.
    envelopes, begin, end
        The drives, and the corners of each, from none where the two are equal, shape (stops,).
    final_kwh
        Least energy on arrival. [kWh]
    """
    stops = begin.shape[0]
    least_s = np.full((stops, grid.energies, 4), np.inf, np.float32)
    corner = np.full((stops, grid.energies), -1, np.int32)
    for v in range(stops):
        if begin[v] >= end[v]:
            continue
        for i in range(grid.energies):
            spent_kwh = grid.least_kwh + i * grid.step_kwh - final_kwh
            within_kwh(envelopes, begin[v], end[v], spent_kwh, grid.step_kwh, least_s[v, i])
            corner[v, i] = _corner_at(envelopes, begin[v], end[v], spent_kwh)
    return Goals(least_s, corner)
