"""What the bound with battery heat assumes of cars, for every car of the catalogue."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from tripplan.physics.charging import SOC_CELLS, PowerModel, charge_step
from tripplan.physics.thermal import PackModel, driven_pack_c, parked_pack_c
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import catalogue
from tripplan.search.heat_bound import COLD, HOT, better_limit_kw
from tripplan.search.kernels.heat_arrival import Arrival, Drift, arrive, top_up_rates
from tripplan.search.kernels.heat_courses import charge_from, no_courses
from tripplan.search.kernels.heat_tables import HeatCar, HeatGrid
from tripplan.vehicle_model.conditioned import ConditionedVehicle

AIR_C = (-20.0, 0.0, 20.0, 40.0)
NEAR_K = 0.05
ROUNDING_K = 1e-9
OVERHEAD_S = 300.0
TRIES = 400
MOST_RISE_K = 25.0
BETTER_K = 15.0
CARS = sorted(name for name, car in catalogue().items() if car.battery.charging_curve)


def conditioned(name: str, air_c: float) -> tuple[PowerModel, PackModel]:
    car = ConditionedVehicle.under(catalogue()[name], Conditions(ambient_c=air_c))
    assert car.power is not None
    return car.power, car.pack


def charges(name: str) -> Iterator[tuple[PowerModel, PackModel, float, float]]:
    """Yield what limits a charge of a cell, with SoC and charger, in every air."""
    for air_c in AIR_C:
        power, pack = conditioned(name, air_c)
        for soc in np.arange(0.05, 1.0, 0.1):
            for kw in (22.0, 50.0, 150.0, float(power.curve_kw.max())):
                yield power, pack, float(soc), kw


@pytest.mark.parametrize("name", CARS)
def test_of_two_packs_the_cooler_stays_the_cooler_while_charging(name: str) -> None:
    """Over a cell of SoC, to within the integration's own error."""
    for power, pack, soc, kw in charges(name):
        start = round(soc * SOC_CELLS) / SOC_CELLS
        before_c = -math.inf
        for pack_c in np.arange(-25.0, 65.0, 0.5):
            taken_s, after_c = charge_step(
                start, start + 1.0 / SOC_CELLS, float(pack_c), kw, power, pack
            )
            if math.isinf(taken_s):
                continue
            assert after_c >= before_c - ROUNDING_K, f"{pack} {soc} {kw} {pack_c}"
            before_c = after_c


@pytest.mark.parametrize("name", CARS)
def test_of_two_packs_the_cooler_stays_the_cooler_while_driving_and_standing(name: str) -> None:
    """Where one drive warms the pack by up to 25 K, without active cooling.

    With it, one step from end to end may turn the order round; `arrive` allows for that.
    """
    rng = np.random.default_rng(1)
    for air_c in AIR_C:
        _, cooled = conditioned(name, air_c)
        pack = cooled._replace(cooling_w=0.0, cooling_on_c=math.inf)
        for _ in range(TRIES):
            pack_c, time_s = float(rng.uniform(-25.0, 60.0)), float(rng.uniform(60.0, 9000.0))
            cold = math.exp(pack.resistance_per_k * (25.0 - pack_c))
            heat_j = float(rng.uniform(0.0, MOST_RISE_K)) * pack.heat_capacity_j_per_k / cold
            cooler = driven_pack_c(pack_c, heat_j, time_s, pack)
            warmer = driven_pack_c(pack_c + NEAR_K, heat_j, time_s, pack)
            more = driven_pack_c(pack_c, heat_j * 1.01, time_s, pack)
            assert warmer >= cooler - ROUNDING_K
            assert more >= cooler - ROUNDING_K
            stood = [parked_pack_c(c, 0.0, time_s, pack) for c in (pack_c, pack_c + NEAR_K)]
            assert stood[1] >= stood[0] - ROUNDING_K


def test_a_stretch_warms_no_more_than_its_counted_heat_would_at_its_end() -> None:
    """Heat spread evenly over a stretch, with the resistance halfway, told with that at its start.

    Of a stretch that lasts u time constants and warms the pack by x over k if none were lost, what
    is left at its end is (1 - exp(-u)) / u of it; in the frame in which nothing is lost, its first
    half brings 1 / (1 + exp(u / 2)) of that.
    """
    for warms in np.linspace(0.0, 0.5, 51):
        for lasts in np.linspace(1e-3, 1.5, 60):
            left = warms * (1.0 - math.exp(-lasts)) / lasts
            first_half = left / (1.0 + math.exp(0.5 * lasts))
            assert math.exp(left * math.exp(-first_half)) <= 1.0 + warms + 1e-12


def heat_grid(side: float, capacity_kwh: float) -> HeatGrid:
    least = -30.0 if side > 0.0 else -60.0
    return HeatGrid(0.0, 0.01 * capacity_kwh, 101, 100, 1, side, least, 0.5, 181)


def heat_car(name: str, air_c: float, side: float) -> HeatCar:
    power, pack = conditioned(name, air_c)
    hull_kw = better_limit_kw(power.limit_kw, side)
    return HeatCar(power, hull_kw, pack, min(pack.air_c, pack.cooling_on_c), OVERHEAD_S)


@pytest.mark.parametrize("side", [HOT, COLD])
@pytest.mark.parametrize(
    "name", ["nissan-leaf-40", "hyundai-ioniq-28", "tesla-model-3-lr", "hyundai-ioniq-38"]
)
def test_no_drive_arrives_better_than_its_rounding(name: str, side: float) -> None:
    """Drives with more heat than is known of them, longer ones with less, from better packs.

    Their heat may come at any time: of the parts of a finished leg each has its own, and counts the
    more the later it comes; on the hot side with active cooling, whenever it does.
    """
    rng = np.random.default_rng(2)
    checked = 0
    for air_c in AIR_C:
        car = heat_car(name, air_c, side)
        grid, pack = heat_grid(side, car.power.capacity_kwh), car.pack
        price_s = 200.0 / pack.heat_capacity_j_per_k
        at_c = side * (grid.least + np.arange(grid.temperatures) * grid.step_k)
        drift = Drift(np.exp(pack.resistance_per_k * (25.0 - at_c)), loss(car, grid, price_s))
        for _ in range(TRIES):
            k = int(rng.integers(1, grid.temperatures - 1))
            short_s = float(rng.uniform(60.0, 9000.0))
            long_s = short_s + float(rng.uniform(0.0, 600.0))
            known_j = float(rng.uniform(0.0, 4.0)) * pack.heat_capacity_j_per_k
            pack_c = float(at_c[k]) + side * float(rng.choice([0.0, rng.uniform(0.0, BETTER_K)]))
            extra_s = float(rng.choice([0.0, 0.0, rng.uniform(0.0, 900.0)])) if side > 0.0 else 0.0
            time_s = float(rng.uniform(short_s, long_s)) + extra_s
            heat_j = max(known_j - extra_s / price_s, 0.0)
            share = shares(rng)
            if side < 0.0:
                known_j = faded_j(heat_j * share, time_s, pack)
                heat_j *= float(rng.choice([1.0, rng.uniform(0.5, 1.0)]))
            elif pack.cooling_w == 0.0:
                known_j = grown_j(heat_j * share, time_s, min(float(at_c[k]), air_c), pack)
                known_j += extra_s / price_s
            room = Arrival(
                np.zeros(grid.temperatures, np.int32), np.zeros(grid.temperatures, np.float32)
            )
            arrive(grid, car, drift, known_j, np.array([short_s, long_s]), k, k, room)
            came = side * driven_in_parts_c(pack_c, heat_j * share, time_s, pack)
            assert came >= fallen(grid, drift, room, k, extra_s) - 1e-6
            checked += 1
    assert checked


def shares(rng: np.random.Generator) -> np.ndarray:
    """Shares of the heat in up to 20 parts of a drive: early, late or by chance."""
    parts = int(rng.integers(1, 21))
    share = rng.dirichlet(np.full(parts, float(rng.choice([0.1, 1.0, 10.0]))))
    if rng.uniform() < 0.4:
        share = np.sort(share)[:: int(rng.choice([-1, 1]))]
    return share


def grown_j(heat_j: np.ndarray, time_s: float, coldest_c: float, pack: PackModel) -> float:
    """Heat of parts of equal length, each counted by when it begins; large ones for less."""
    per_s = pack.conductance_driving_w_per_k / pack.heat_capacity_j_per_k
    begins_s = np.arange(heat_j.size) * time_s / heat_j.size
    cold = math.exp(pack.resistance_per_k * (25.0 - coldest_c))
    less = heat_j * pack.resistance_per_k * cold / pack.heat_capacity_j_per_k
    kept = np.maximum(1.0 - 0.21 * less**2, np.exp(-0.5 * less))
    return float((heat_j * kept * np.exp(begins_s * per_s)).sum())


def faded_j(heat_j: np.ndarray, time_s: float, pack: PackModel) -> float:
    """Heat of parts of equal length, each by how much of it is left if it comes at its end."""
    per_s = pack.conductance_driving_w_per_k / pack.heat_capacity_j_per_k
    left_s = (heat_j.size - 1 - np.arange(heat_j.size)) * time_s / heat_j.size
    return float((heat_j * np.exp(-left_s * per_s)).sum())


def driven_in_parts_c(pack_c: float, heat_j: np.ndarray, time_s: float, pack: PackModel) -> float:
    """Temperature after a drive of parts of equal length, each with its heat."""
    for part_j in heat_j.tolist():
        pack_c = driven_pack_c(pack_c, part_j, time_s / heat_j.size, pack)
    return pack_c


def test_a_stretch_warms_as_its_counted_heat_would_with_a_resistance_that_follows() -> None:
    """With the resistance of the temperature halfway, and heat that comes later counting more."""
    for less in np.linspace(0.0, 0.9, 91):
        kept = max(1.0 - 0.21 * less**2, math.exp(-0.5 * less))
        for grown in (1.0, 1.1, 1.5, 2.0, 5.0):
            warms = grown * less * math.exp(-0.5 * less)
            assert math.exp(warms) >= 1.0 + grown * less * kept - 1e-12


@pytest.mark.parametrize("side", [HOT, COLD])
@pytest.mark.parametrize("name", ["nissan-leaf-40", "hyundai-ioniq-38"])
def test_what_an_arrival_is_topped_up_by_takes_no_less_than_it_counts(
    name: str, side: float
) -> None:
    """From packs as good as those of an arrival or worse, to its energy, at every step."""
    rng = np.random.default_rng(4)
    for air_c in (-10.0, 20.0, 35.0):
        car = heat_car(name, air_c, side)
        capacity = car.power.capacity_kwh
        grid = heat_grid(side, capacity)._replace(step_k=2.0, temperatures=46, energies=51)
        grid = grid._replace(step_kwh=0.02 * capacity, limit=50, cells=2)
        drift = Drift(np.ones(46), np.full(46, 1.0 / 150.0))
        found = no_courses(grid, car, np.array([50.0]))
        charge_from(grid, car, np.array([50.0]), np.ones((51, 46), np.bool_), found)
        rates = top_up_rates(grid, car, drift, found)[0]
        assert (np.diff(rates, axis=1) * grid.step_kwh <= 150.0).all()
        assert (rates * grid.step_kwh <= OVERHEAD_S).all()
        assert rates[10:40].max() > 0.0
        for _ in range(TRIES // 4):
            j, k = int(rng.integers(1, 45)), int(rng.integers(1, 45))
            at = grid.least + (k + float(rng.choice([0.0, rng.uniform(0.0, 1.0)]))) * grid.step_k
            pack_c = parked_pack_c(side * at, 0.0, OVERHEAD_S, car.pack)
            begin, time_s = (j - float(rng.uniform(0.0, 1.0))) * 0.02, 0.0
            soc = begin
            while soc < j * 0.02 - 1e-12:
                end = min((math.floor(soc * SOC_CELLS + 1e-9) + 1.0) / SOC_CELLS, j * 0.02)
                taken_s, pack_c = charge_step(soc, end, pack_c, 50.0, car.power, car.pack)
                time_s, soc = time_s + taken_s, end
            counted_s = (j * 0.02 - begin) * capacity * float(rates[j, k])
            assert time_s >= counted_s * (1.0 - 1e-5) - 1e-3


def loss(car: HeatCar, grid: HeatGrid, price_s: float) -> np.ndarray:
    """Most that a coordinate falls in a second, worked out by itself: all losses at their most."""
    pack = car.pack
    coldest_c = -40.0
    conductance = max(pack.conductance_driving_w_per_k, pack.conductance_parked_w_per_k)
    heat_w = math.exp(pack.resistance_per_k * (25.0 - coldest_c)) / price_s
    lost_w = conductance * 120.0 + pack.cooling_w + heat_w
    return np.full(grid.temperatures, lost_w / pack.heat_capacity_j_per_k)


def fallen(grid: HeatGrid, drift: Drift, room: Arrival, k: int, extra_s: float) -> float:
    """Coordinate down to which a drive may have fallen."""
    number, left_s = int(room.number[k]), extra_s - float(room.slack_s[k])
    while left_s > 0.0 and number > 0:
        number -= 1
        left_s -= grid.step_k / float(drift.loss_k_per_s[number])
    if grid.side < 0.0 and number == 0:
        return -math.inf
    return grid.least + number * grid.step_k if number else -math.inf


@pytest.mark.parametrize("side", [HOT, COLD])
@pytest.mark.parametrize("name", ["nissan-leaf-40", "hyundai-ioniq-38"])
def test_no_charge_is_quicker_than_its_rounding(name: str, side: float) -> None:
    """From packs and energies as good as those of a state or worse for charging."""
    rng = np.random.default_rng(3)
    for air_c in (-10.0, 20.0, 35.0):
        car = heat_car(name, air_c, side)
        capacity = car.power.capacity_kwh
        grid = heat_grid(side, capacity)._replace(step_k=2.0, temperatures=46, energies=51)
        grid = grid._replace(step_kwh=0.02 * capacity, limit=50, cells=2)
        every, levels_kw = np.ones((51, 46), np.bool_), np.array([50.0])
        found = no_courses(grid, car, levels_kw)
        charge_from(grid, car, levels_kw, every, found)
        for _ in range(TRIES // 4):
            j, k = int(rng.integers(1, 40)), int(rng.integers(1, 45))
            i = int(rng.integers(j, 50))
            at = grid.least + (k + float(rng.choice([0.0, rng.uniform(0.0, 1.0)]))) * grid.step_k
            pack_c = parked_pack_c(side * at, 0.0, OVERHEAD_S, car.pack)
            soc = (j - float(rng.choice([0.0, rng.uniform(0.0, 1.0)]))) * 0.02
            time_s, upto = 0.0, i * 0.02
            while soc < upto - 1e-12:
                end = min((math.floor(soc * SOC_CELLS + 1e-9) + 1.0) / SOC_CELLS, upto)
                taken_s, pack_c = charge_step(soc, end, pack_c, 50.0, car.power, car.pack)
                time_s, soc = time_s + taken_s, end
            if math.isinf(time_s):
                continue
            assert time_s >= float(found.charging_s[0, j, k, i]) * (1.0 - 1e-6) - 1e-3
            number = int(found.cell[0, j, k, i])
            assert number == 0 or side * pack_c >= grid.least + number * grid.step_k - 1e-3


def test_better_limits_are_the_most_on_one_side() -> None:
    limit_kw = np.array([0.0, 20.0, 80.0, 40.0, 0.0])
    assert better_limit_kw(limit_kw, HOT).tolist() == [80.0, 80.0, 80.0, 40.0, 0.0]
    assert better_limit_kw(limit_kw, COLD).tolist() == [0.0, 20.0, 80.0, 80.0, 80.0]
