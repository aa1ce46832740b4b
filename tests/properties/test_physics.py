"""What holds for any pack, charging curve and row of drives."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from tripplan.arrays import Floats, Ints
from tripplan.physics.charging import PowerModel, charging_power_kw, interpolate
from tripplan.physics.thermal import (
    PackModel,
    driven_pack_c,
    pack_temperature_c,
    parked_pack_c,
    relaxed_c,
)
from tripplan.routing.kernels.customise import COLUMNS, CONSUMED, DROP, MIN_DEPARTURE, link_into
from tripplan.search.kernels.heat_trajectory import charging_trajectory

TEMPERATURES = st.floats(-40.0, 70.0)
RAMP_K = 0.01
"""Over this the solver's cooling comes on; the thermostat of the package is a step."""

many = tried(derandomize=True, max_examples=150, deadline=None)
some = tried(derandomize=True, max_examples=60, deadline=None)


class Pack(tuple[float, ...]):
    """Heat [W], air [degC], conductance [W/K], capacity [J/K], cooling [W], threshold [degC]."""

    __slots__ = ()

    def after(self, start_c: float, duration_s: float) -> float:
        """Return the temperature after a time by the package."""
        heat, air, conductance, capacity, cooling, threshold = self
        return pack_temperature_c(
            start_c, heat, duration_s, air, conductance, capacity, cooling, threshold
        )

    def solved(self, start_c: float, duration_s: float) -> float:
        """Return the same by a general solver of differential equations."""
        heat, air, conductance, capacity, cooling, threshold = self

        def slope(_: float, y: Floats) -> list[float]:
            over = min(max((float(y[0]) - threshold) / RAMP_K, 0.0), 1.0) if cooling else 0.0
            return [(heat - conductance * (float(y[0]) - air) - cooling * over) / capacity]

        done = solve_ivp(
            slope, (0.0, duration_s), [start_c], method="LSODA", rtol=1e-8, atol=1e-8, max_step=60.0
        )
        return float(done.y[0, -1])


def packs(cooling: st.SearchStrategy[float]) -> st.SearchStrategy[Pack]:
    """Draw packs; many round figures, so that heat and cooling are often of one size."""
    return st.tuples(
        st.one_of(st.floats(0.0, 6000.0), st.sampled_from([500.0, 1500.0, 2500.0, 4000.0])),
        st.floats(-40.0, 50.0),
        st.floats(2.0, 60.0),
        st.one_of(st.floats(5e4, 6e5), st.just(5e4)),
        cooling,
        st.floats(15.0, 50.0),
    ).map(Pack)


UNCOOLED = packs(st.just(0.0))
COOLED = packs(st.one_of(st.floats(200.0, 6000.0), st.sampled_from([400.0, 1400.0])))
ANY_PACK = st.one_of(UNCOOLED, COOLED)
DURATIONS = st.floats(0.0, 2e4)


@some
@given(pack=UNCOOLED, start_c=TEMPERATURES, duration_s=st.floats(1.0, 1e4))
def test_an_uncooled_pack_solves_the_heat_equation(
    pack: Pack, start_c: float, duration_s: float
) -> None:
    assert pack.after(start_c, duration_s) == pytest.approx(
        pack.solved(start_c, duration_s), abs=1e-4
    )


@many
@given(pack=COOLED, start_c=TEMPERATURES, duration_s=st.floats(1.0, 1e4))
def test_a_cooled_pack_solves_the_heat_equation(
    pack: Pack, start_c: float, duration_s: float
) -> None:
    """As far as a step of cooling and a ramp can agree."""
    assert pack.after(start_c, duration_s) == pytest.approx(
        pack.solved(start_c, duration_s), abs=2 * RAMP_K
    )


@many
@given(pack=ANY_PACK, start_c=TEMPERATURES, first_s=DURATIONS, second_s=DURATIONS)
def test_two_times_in_a_row_are_one(
    pack: Pack, start_c: float, first_s: float, second_s: float
) -> None:
    in_two = pack.after(pack.after(start_c, first_s), second_s)
    assert in_two == pytest.approx(pack.after(start_c, first_s + second_s), abs=1e-6)


@many
@given(pack=ANY_PACK, one_c=TEMPERATURES, other_c=TEMPERATURES, duration_s=DURATIONS)
def test_a_warmer_pack_stays_warmer(
    pack: Pack, one_c: float, other_c: float, duration_s: float
) -> None:
    low, high = sorted((one_c, other_c))
    assert pack.after(low, duration_s) <= pack.after(high, duration_s) + 1e-9


@many
@given(pack=ANY_PACK, start_c=TEMPERATURES, duration_s=DURATIONS)
def test_the_pack_never_passes_what_it_tends_to(
    pack: Pack, start_c: float, duration_s: float
) -> None:
    """Not above start and free course, not below start, air and the threshold of cooling."""
    heat, air, conductance, _, cooling, threshold = pack
    after = pack.after(start_c, duration_s)
    assert after <= max(start_c, air + heat / conductance) + 1e-9
    assert after >= min(start_c, air, threshold if cooling else air) - 1e-9


@many
@given(pack=COOLED, start_c=TEMPERATURES, duration_s=DURATIONS)
def test_cooling_never_warms(pack: Pack, start_c: float, duration_s: float) -> None:
    uncooled = Pack((*pack[:4], 0.0, pack[5]))
    assert pack.after(start_c, duration_s) <= uncooled.after(start_c, duration_s) + 1e-9


@many
@given(start=TEMPERATURES, target=TEMPERATURES, rate=st.floats(0.0, 1.0), time_s=DURATIONS)
def test_relaxation_stays_between_its_ends(
    start: float, target: float, rate: float, time_s: float
) -> None:
    found = relaxed_c(start, target, rate, time_s)
    assert min(start, target) - 1e-9 <= found <= max(start, target) + 1e-9


def lumps(cooled: bool) -> st.SearchStrategy[PackModel]:
    return st.builds(
        PackModel,
        heat_capacity_j_per_k=st.floats(1e5, 6e5),
        resistance_25c_ohm=st.floats(0.03, 0.25),
        resistance_per_k=st.just(0.02),
        voltage_v=st.floats(300.0, 800.0),
        conductance_driving_w_per_k=st.floats(5.0, 60.0),
        conductance_parked_w_per_k=st.floats(2.0, 10.0),
        cooling_w=st.floats(300.0, 4000.0) if cooled else st.just(0.0),
        cooling_on_c=st.floats(25.0, 42.0) if cooled else st.just(math.inf),
        air_c=st.floats(-30.0, 40.0),
    )


LUMPS = st.one_of(lumps(cooled=True), lumps(cooled=False))


@many
@given(pack=LUMPS, start_c=TEMPERATURES, heat_j=st.floats(0.0, 2e6), time_s=st.floats(1.0, 3600.0))
def test_a_drive_and_a_rest_stay_within_reason(
    pack: PackModel, start_c: float, heat_j: float, time_s: float
) -> None:
    lowest = min(start_c, pack.air_c, pack.cooling_on_c)
    driven = driven_pack_c(start_c, heat_j, time_s, pack)
    assert lowest - 1e-9 <= driven
    assert driven >= driven_pack_c(start_c, 0.0, time_s, pack) - 1e-9
    rested = parked_pack_c(driven, 0.0, time_s, pack)
    assert min(driven, pack.air_c, pack.cooling_on_c) - 1e-9 <= rested
    assert rested <= max(driven, pack.air_c) + 1e-9
    assert parked_pack_c(driven, 50.0, time_s, pack) >= rested - 1e-9


def rising(low: float, high: float) -> st.SearchStrategy[list[float]]:
    inner = st.floats(low, high).map(lambda x: round(x, 3))
    return st.lists(inner, min_size=1, max_size=8, unique=True).map(sorted)


@many
@given(xs=rising(-50.0, 100.0), data=st.data())
def test_interpolation_is_that_of_numpy(xs: list[float], data: st.DataObject) -> None:
    ys = data.draw(st.lists(st.floats(-1e3, 1e3), min_size=len(xs), max_size=len(xs)))
    for x in (*xs, data.draw(st.floats(-200.0, 200.0)), data.draw(st.floats(xs[0], xs[-1]))):
        expected = float(np.interp(x, xs, ys))
        assert interpolate(x, np.array(xs), np.array(ys)) == pytest.approx(expected, abs=1e-8)


@st.composite
def powers(draw: st.DrawFn) -> PowerModel:
    socs = [0.0, *draw(rising(0.02, 0.98)), 1.0]
    temperatures = draw(rising(-30.0, 60.0))
    kw = st.floats(1.0, 250.0)
    return PowerModel(
        curve_soc=np.array(socs),
        curve_kw=np.array([draw(kw) for _ in socs]),
        limit_c=np.array(temperatures),
        limit_kw=np.array([draw(kw) for _ in temperatures]),
        capacity_kwh=draw(st.floats(10.0, 100.0)),
    )


@many
@given(
    power=powers(), soc=st.floats(0.0, 1.0), pack_c=TEMPERATURES, charger_kw=st.floats(1.0, 400.0)
)
def test_no_limit_of_the_charging_power_is_passed(
    power: PowerModel, soc: float, pack_c: float, charger_kw: float
) -> None:
    kw = charging_power_kw(soc, pack_c, charger_kw, power)
    curve_kw = float(np.interp(soc, power.curve_soc, power.curve_kw))
    limit_kw = float(np.interp(pack_c, power.limit_c, power.limit_kw))
    assert kw >= 0.0
    assert kw == pytest.approx(min(curve_kw, limit_kw, charger_kw))
    assert kw <= charging_power_kw(soc, pack_c, charger_kw + 10.0, power)


SOCS = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).map(sorted)


@many
@given(power=powers(), pack=LUMPS, start_c=TEMPERATURES, charger_kw=st.floats(3.0, 300.0), soc=SOCS)
def test_a_pause_without_heat_costs_nothing(
    power: PowerModel, pack: PackModel, start_c: float, charger_kw: float, soc: list[float]
) -> None:
    """From a to b and from b to c takes as long as from a to c."""
    free = power._replace(limit_c=np.array([0.0]), limit_kw=np.array([1e6]))
    a, b, c = soc
    first, second, whole = (
        charging_trajectory(low, high, start_c, charger_kw, free, pack)
        for low, high in ((a, b), (b, c), (a, c))
    )
    assert first[-1, 1] + second[-1, 1] == pytest.approx(whole[-1, 1], abs=1e-6)
    if c > a + 1e-9:
        assert whole[-1, 0] == pytest.approx(c, abs=1e-12)


@many
@given(
    power=powers(),
    pack=LUMPS,
    start_c=TEMPERATURES,
    charger_kw=st.floats(3.0, 300.0),
    cells=st.lists(st.integers(0, 100), min_size=3, max_size=3).map(sorted),
)
def test_a_pause_between_cells_changes_nothing(
    power: PowerModel, pack: PackModel, start_c: float, charger_kw: float, cells: list[int]
) -> None:
    a, b, c = (cell / 100 for cell in cells)
    first = charging_trajectory(a, b, start_c, charger_kw, power, pack)
    second = charging_trajectory(b, c, float(first[-1, 2]), charger_kw, power, pack)
    whole = charging_trajectory(a, c, start_c, charger_kw, power, pack)
    assert first[-1, 1] + second[-1, 1] == pytest.approx(whole[-1, 1], abs=1e-6)
    assert second[-1, 2] == pytest.approx(whole[-1, 2], abs=1e-9)
    for earlier, later in pairwise(whole):
        assert later[0] > earlier[0]
        kw = (later[0] - earlier[0]) * power.capacity_kwh / (later[1] - earlier[1]) * 3600.0
        middle = 0.5 * (later[0] + earlier[0])
        curve_kw = float(np.interp(middle, power.curve_soc, power.curve_kw))
        assert kw <= min(curve_kw, charger_kw) * (1 + 1e-9)


# --- what drives do to the battery ----------------------------------------------------------------

ROW = st.lists(st.integers(-640, 640), min_size=1, max_size=8)
"""Energies of the pieces of a drive, mWh."""
FULL_MWH = 96 * 8


def profile_of(energy: int) -> Ints:
    """Return the values of a piece, shape (1, 5)."""
    values = np.zeros((1, COLUMNS), np.int32)
    values[0, [MIN_DEPARTURE, CONSUMED, DROP]] = max(energy, 0), energy, max(energy, 0)
    return values


def then(one: Ints, other: Ints) -> Ints:
    """Link two drives."""
    values = np.zeros((1, COLUMNS), np.int32)
    link_into(one, 0, other, 0, FULL_MWH, values, 0)
    return values


def in_a_row(energies: list[int]) -> Ints:
    whole = np.zeros((1, COLUMNS), np.int32)
    for energy in energies:
        whole = then(whole, profile_of(energy))
    return whole


def simulated(energies: list[int], start: int) -> int | None:
    """Step by step, never above full; None where the battery is empty on the way."""
    held = start
    for energy in energies:
        held = min(held - energy, FULL_MWH)
        if held < 0:
            return None
    return held


@many
@given(energies=ROW, start=st.integers(0, FULL_MWH))
def test_a_profile_tells_what_a_simulation_finds(energies: list[int], start: int) -> None:
    values = in_a_row(energies)[0]
    expected = simulated(energies, start)
    if expected is None:
        assert start < values[MIN_DEPARTURE]
    else:
        assert start >= values[MIN_DEPARTURE]
        assert min(start - values[CONSUMED], FULL_MWH - values[DROP]) == expected


@many
@given(energies=ROW)
def test_what_is_too_much_needs_more_than_full_and_no_more_than_would_do(
    energies: list[int],
) -> None:
    """A battery that holds the hardest stretch lasts for all of them."""
    need = in_a_row(energies)[0, MIN_DEPARTURE]
    hardest = max(sum(energies[i:j]) for i in range(9) for j in range(i, 9))
    assert (need > FULL_MWH) == (simulated(energies, FULL_MWH) is None)
    assert need <= hardest


@many
@given(first=ROW, second=ROW, third=ROW)
def test_linking_is_associative(first: list[int], second: list[int], third: list[int]) -> None:
    a, b, c = in_a_row(first), in_a_row(second), in_a_row(third)
    left, right = then(then(a, b), c), then(a, then(b, c))
    assert (left[0, MIN_DEPARTURE] <= FULL_MWH) == (right[0, MIN_DEPARTURE] <= FULL_MWH)
    if left[0, MIN_DEPARTURE] <= FULL_MWH:
        assert left.tolist() == right.tolist()


def test_links_may_be_written_over_what_they_are_made_of() -> None:
    a, b = in_a_row([300, -100]), in_a_row([-50, 200])
    expected = then(a, b)
    for out in (a, b):
        one, other = a.copy(), b.copy()
        link_into(one, 0, other, 0, FULL_MWH, one if out is a else other, 0)
        assert (one if out is a else other).tolist() == expected.tolist()
