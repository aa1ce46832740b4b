"""What holds for every plan, on regions drawn by lot."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from tests.samples.worlds import across, car, hilly_region, in_pieces
from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.charger_set import ChargerSet
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle
from tripplan.search import solve

ROOT = Path(__file__).parents[2]
MILLISECOND = 1e-3
ROUNDING = 1e-6
NO_HEAT = Settings(heat=False)
SEEDS = st.integers(0, 200)
WEATHER = st.builds(
    Conditions,
    ambient_c=st.sampled_from([-20.0, -5.0, 8.0, 20.0, 31.0, 40.0]),
    wind_mps=st.sampled_from([0.0, 5.0, 15.0]),
    wind_from_deg=st.sampled_from([None, 0.0, 100.0, 270.0]),
    cabin=st.sampled_from(["on", "preheated", "off"]),
)


def planned(
    region: Region, vehicle: Vehicle | None = None, settings: Settings = NO_HEAT, **wishes: Any
) -> Plan | None:
    """Return the plan across a region; None if there is none."""
    try:
        return Planner(region, settings).plan(across(region, **wishes), vehicle or car())
    except NoPlanError:
        return None


def time_s(plan: Plan | None) -> float:
    return plan.total_s if plan else float("inf")


@tried(derandomize=True, max_examples=150, deadline=None)
@given(
    seed=SEEDS,
    weather=WEATHER,
    heat=st.booleans(),
    socs=st.tuples(st.floats(0.5, 1.0), st.floats(0.0, 0.2), st.floats(0.0, 0.4)),
    limit=st.sampled_from([0.8, 1.0]),
)
def test_every_plan_passes_its_audit(
    seed: int, weather: Conditions, heat: bool, socs: tuple[float, float, float], limit: float
) -> None:
    departure, reserve, arrival = socs
    plan = planned(
        in_pieces(hilly_region(seed)),
        settings=Settings(heat=heat),
        conditions=weather,
        departure_soc=departure,
        reserve_soc=reserve,
        arrival_soc=arrival,
        charge_limit_soc=limit,
    )
    assume(plan is not None)
    assert plan is not None
    assert plan.audit.objections == ()
    assert plan.audit.passed
    assert plan.audit.ledger_error_kwh <= 1e-9
    assert min(soc for leg in plan.legs for soc in leg.trace.soc) >= reserve - 1e-9
    assert max(soc for leg in plan.legs for soc in leg.trace.soc) <= 1.0 + 1e-9
    assert plan.arrival_soc >= max(arrival, reserve) - 1e-9
    assert all(s.departure_soc <= max(limit, s.arrival_soc) + 1e-9 for s in plan.stops)
    parts_s = plan.driving_s + plan.charging_s + plan.overhead_s
    assert plan.total_s == pytest.approx(parts_s)
    assert plan.overhead_s == 300.0 * len(plan.stops)
    bound_s = plan.certificate.lower_bound_s
    assert 0.0 < bound_s <= plan.total_s
    assert plan.certificate.gap == pytest.approx(1.0 - bound_s / plan.total_s, abs=1e-9)


def renumbered(region: Region, seed: int) -> Region:
    """Return the same region with its nodes, arcs and chargers in another order."""
    rng = np.random.default_rng(seed)
    old = region.network
    new_of = rng.permutation(old.node_count)
    old_of = np.argsort(new_of)
    arcs = rng.permutation(old.arc_count)
    network = RoadNetwork.from_arcs(
        lat=old.lat[old_of],
        lon=old.lon[old_of],
        elevation_m=old.elevation_m[old_of],
        tail=new_of[old.tail[arcs]],
        head=new_of[old.head[arcs]],
        length_m=old.length_m[arcs],
        speed_kmh=old.speed_kmh[arcs],
        speed_limit_kmh=old.speed_limit_kmh[arcs],
    )
    order = rng.permutation(len(region.chargers.chargers))
    chargers = ChargerSet(
        tuple(region.chargers.chargers[k] for k in order),
        new_of[region.chargers.node[order]].astype(np.int32),
    )
    return replace(region, network=network, chargers=chargers)


@tried(derandomize=True, max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_numbering_changes_nothing(seed: int) -> None:
    """In time; two chargers of the same power on one road may change places."""
    region = hilly_region(seed)
    plan, again = planned(region), planned(renumbered(region, seed))
    assert (plan is None) == (again is None)
    if plan is not None and again is not None:
        assert again.total_s == pytest.approx(plan.total_s, abs=MILLISECOND)


@tried(derandomize=True, max_examples=80, deadline=None)
@given(seed=SEEDS, less=st.floats(0.3, 0.95), more=st.floats(0.0, 0.5))
def test_more_charge_at_the_start_never_arrives_later(seed: int, less: float, more: float) -> None:
    region = hilly_region(seed)
    poor = planned(region, departure_soc=less)
    rich = planned(region, departure_soc=min(1.0, less + more))
    assert time_s(rich) <= time_s(poor) + MILLISECOND


@tried(derandomize=True, max_examples=80, deadline=None)
@given(seed=SEEDS, low=st.floats(0.4, 0.9), more=st.floats(0.0, 0.5))
def test_a_higher_charge_limit_never_arrives_later(seed: int, low: float, more: float) -> None:
    region = hilly_region(seed)
    strict = planned(region, charge_limit_soc=low)
    free = planned(region, charge_limit_soc=min(1.0, low + more))
    assert time_s(free) <= time_s(strict) + MILLISECOND


@tried(derandomize=True, max_examples=80, deadline=None)
@given(seed=SEEDS, short=st.floats(0.0, 900.0), longer=st.floats(0.0, 900.0))
def test_longer_overhead_never_arrives_earlier(seed: int, short: float, longer: float) -> None:
    region = hilly_region(seed)
    quick = planned(region, stop_overhead_s=short)
    slow = planned(region, stop_overhead_s=short + longer)
    assert time_s(quick) <= time_s(slow) + MILLISECOND


@tried(
    derandomize=True,
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=SEEDS, departure=st.floats(0.5, 1.0))
def test_the_first_choice_of_stops_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, seed: int, departure: float
) -> None:
    """With next to no stops to begin with, the search must add those that matter by itself."""
    region = hilly_region(seed, chargers=25)
    plan = planned(region, departure_soc=departure)
    with monkeypatch.context() as patch:
        patch.setattr(solve, "_ELLIPSE", 1.02)
        patch.setattr(solve, "_ELLIPSE_SLACK_S", 600.0)
        narrow = planned(region, departure_soc=departure)
    assert time_s(narrow) == pytest.approx(time_s(plan), abs=MILLISECOND)


def with_powers(region: Region, kw: list[float]) -> Region:
    sites = tuple(
        replace(site, connectors=(replace(site.connectors[0], power_kw=power),))
        for site, power in zip(region.chargers.chargers, kw, strict=True)
    )
    return replace(region, chargers=ChargerSet(sites, region.chargers.node))


@tried(derandomize=True, max_examples=80, deadline=None)
@given(
    seed=SEEDS,
    powers=st.lists(st.sampled_from([11.0, 22.0, 40.0, 60.0, 150.0]), min_size=15, max_size=15),
    more=st.lists(st.floats(0.0, 60.0), min_size=15, max_size=15),
)
def test_stronger_chargers_are_never_slower(
    seed: int, powers: list[float], more: list[float]
) -> None:
    """With one charger as strong as the car can use: its power prices the roads that are tried."""
    powers = [max(car_kw(), powers[0]), *powers[1:]]
    weak = hilly_region(seed)
    stronger = [kw + extra for kw, extra in zip(powers, more, strict=True)]
    before = planned(with_powers(weak, powers))
    after = planned(with_powers(weak, stronger))
    assert time_s(after) <= time_s(before) + MILLISECOND


def car_kw() -> float:
    curve = car().battery.charging_curve
    assert curve is not None
    return curve.max_kw


@tried(derandomize=True, max_examples=80, deadline=None)
@given(seed=SEEDS, weather=WEATHER)
def test_heat_never_helps(seed: int, weather: Conditions) -> None:
    """No plan with heat beats the bound without, nor the one with it, which is no lower.

    The pack starts at 20 degrees Celsius, so that full power is possible.
    """
    region = hilly_region(seed)
    with_heat, without = (
        planned(region, settings=settings, conditions=weather, pack_start_c=20.0)
        for settings in (Settings(), NO_HEAT)
    )
    if with_heat is None:
        return
    assert without is not None
    bound_s = without.certificate.lower_bound_s
    assert with_heat.total_s >= bound_s - MILLISECOND
    assert with_heat.certificate.lower_bound_s >= bound_s * (1.0 - ROUNDING)
    assert with_heat.certificate.lower_bound_s <= with_heat.total_s + MILLISECOND


@pytest.mark.parametrize("seed", range(12))
def test_numbering_matters_little_with_heat(seed: int) -> None:
    """Labels within 5 s and 0.5 K count as equal, so only that much may be lost at each stop."""
    region = hilly_region(seed)
    weather = Conditions(ambient_c=35.0)
    plan = planned(region, settings=Settings(), conditions=weather)
    again = planned(renumbered(region, seed), settings=Settings(), conditions=weather)
    assert (plan is None) == (again is None)
    if plan is not None and again is not None:
        allowed_s = 10.0 * max(len(plan.stops), len(again.stops)) + MILLISECOND
        assert abs(plan.total_s - again.total_s) <= allowed_s


PLAIN_PYTHON = """
import json
from tests.properties.test_plans import tiny_plan
print(json.dumps(tiny_plan()))
"""


def tiny_plan() -> dict[str, Any]:
    """Return times, energies and stops of a small plan with heat."""
    region = hilly_region(6, nodes=14, chargers=5, size_km=220.0)
    plan = planned(region, settings=Settings(), conditions=Conditions(ambient_c=5.0))
    assert plan is not None
    assert plan.audit.passed
    return {
        "total_s": plan.total_s,
        "arrival_soc": plan.arrival_soc,
        "packs_c": [stop.pack_departure_c for stop in plan.stops],
        "departures": [stop.departure_soc for stop in plan.stops],
        "bound_s": plan.certificate.lower_bound_s,
    }


def test_compiled_and_plain_python_agree() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_PYTHON],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    plain, compiled = json.loads(done.stdout), tiny_plan()
    assert compiled["packs_c"]
    for name, value in compiled.items():
        assert plain[name] == pytest.approx(value, rel=1e-6), name


def test_the_grid_of_departures_has_a_least_step() -> None:
    """A quarter of a percent: below it there is nothing to be gained, but much time to be lost."""
    assert Settings(departure_step=0.0025).departure_step == 0.0025
    for step in (0.0, 0.002, 1e-9):
        with pytest.raises(InvalidInputError, match="departure_step"):
            Settings.parse({"departure_step": step}, where="settings")
