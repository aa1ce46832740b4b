"""The audit objects to every plan that was tampered with, and names the fault and the place."""

import ast
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.contracts.source_tree import modules, tree
from tests.samples.straight_road import place, straight_road
from tests.samples.worlds import across, car, hilly_region
from tripplan.output.files.export import from_json, to_json
from tripplan.planning import planner
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Audit, ChargingStop, Leg, Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.problem import Problem
from tripplan.search.solve import Solution, solve

CAR = car()


@dataclass(frozen=True)
class Draft:
    """A plan to tamper with, and where it was made."""

    plan: Plan
    region: Region

    @property
    def trip(self) -> Trip:
        """The question."""
        return self.plan.trip

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The drives."""
        return self.plan.legs

    @property
    def stops(self) -> tuple[ChargingStop, ...]:
        """What lies between them."""
        return self.plan.stops

    def audit(self) -> Audit:
        """Audit it as the planner does."""
        return audit_plan(self.plan, self.region)

    def having(self, **changes: Any) -> "Draft":
        """Change fields of the plan."""
        return replace(self, plan=self.plan.model_copy(update=changes))

    def with_leg(self, number: int, **changes: Any) -> "Draft":
        """Change one leg."""
        legs = list(self.legs)
        legs[number] = legs[number].model_copy(update=changes)
        return self.having(legs=tuple(legs))

    def with_stop(self, number: int, **changes: Any) -> "Draft":
        """Change one stop."""
        stops = list(self.stops)
        stops[number] = stops[number].model_copy(update=changes)
        return self.having(stops=tuple(stops))

    def without_road(self, number: int, first: int, last: int) -> "Draft":
        """Leave some points of a leg's trace out; what is left is driven as before."""
        trace = self.legs[number].trace
        columns = {
            name: values[:first] + values[last:] for name, values in trace.model_dump().items()
        }
        return self.with_leg(number, trace=trace.model_copy(update=columns))

    def without_distance(self, number: int) -> "Draft":
        """Have the middle step of a leg take no more than a metre of road, wherever it leads."""
        trace = self.legs[number].trace
        half = len(trace.lat) // 2
        jump_km = trace.distance_km[half] - trace.distance_km[half - 1] - 1e-3
        moved = trace.distance_km[:half] + tuple(d - jump_km for d in trace.distance_km[half:])
        return self.with_leg(number, trace=trace.model_copy(update={"distance_km": moved}))

    def with_trip(self, **changes: Any) -> "Draft":
        """Change the trip."""
        return self.having(trip=self.trip.model_copy(update=changes))

    def with_energy(self, **changes: float) -> "Draft":
        """Add to entries of the first leg's ledger."""
        energy = self.legs[0].energy
        more = {name: getattr(energy, name) + value for name, value in changes.items()}
        return self.with_leg(0, energy=energy.model_copy(update=more))

    def with_trace(self, **columns: tuple[float, ...]) -> "Draft":
        """Change columns of the first leg's trace."""
        return self.with_leg(0, trace=self.legs[0].trace.model_copy(update=columns))


@pytest.fixture(scope="module", name="good")
def fixture_good() -> Draft:
    """Return a plan with heat, a cold cabin and two stops or more that the audit has passed."""
    region = hilly_region(7)
    weather = Conditions(ambient_c=8.0, wind_mps=4.0, wind_from_deg=200.0)
    plan = Planner(region).plan(across(region, conditions=weather), CAR)
    assert len(plan.stops) >= 2
    assert plan.audit.passed
    return Draft(plan, region)


def test_an_honest_plan_passes(good: Draft) -> None:
    audit = good.audit()
    assert audit.passed
    assert audit.objections == ()
    assert audit.worst_soc_error < 1e-8  # two rules for the mean air over a slope
    assert audit.ledger_error_kwh < 1e-9


TAMPERED: dict[str, tuple[Callable[[Draft], Draft], str]] = {
    "a leg cut short at its end": (
        lambda d: d.without_road(1, len(d.legs[1].trace.lat) // 2, len(d.legs[1].trace.lat)),
        r"leg 2: its road ends \d+\.\d+ km from its stop",
    ),
    "a leg cut short at its beginning": (
        lambda d: d.without_road(0, 0, len(d.legs[0].trace.lat) // 2),
        r"leg 1: its road begins \d+\.\d+ km from its stop",
    ),
    "a leg of no road at all": (
        lambda d: d.without_road(1, 1, len(d.legs[1].trace.lat)),
        r"leg 2: its road ends \d+\.\d+ km from its stop",
    ),
    "a jump amid a leg": (
        lambda d: d.without_distance(1),
        r"leg 2: 1 m of road lead \d{4,} m over the ground",
    ),
    "a clock that stands still at a stop": (
        lambda d: d.with_stop(0, overhead_s=d.stops[0].overhead_s + 5.0),
        r"leg 2: begins at \d+\.\d+ s on the clock, not at \d+",
    ),
    "distance": (
        lambda d: d.with_leg(1, distance_km=d.legs[1].distance_km - 1.0),
        r"leg 2: states \d+\.\d+ km, its road has \d+",
    ),
    "a leg left out": (
        lambda d: d.having(legs=d.legs[:1] + d.legs[2:], stops=d.stops[:1] + d.stops[2:]),
        r"leg 2: its road begins \d+\.\d+ km from its stop",
    ),
    "SoC at departure": (
        lambda d: d.with_leg(1, departure_soc=d.legs[1].departure_soc + 0.01),
        r"leg 2 departure: SoC differs by \+0\.01",
    ),
    "SoC on arrival": (
        lambda d: d.with_leg(1, arrival_soc=d.legs[1].arrival_soc + 2e-4),
        r"leg 2 arrival: SoC differs by \+0\.000200",
    ),
    "SoC on arrival at a stop": (
        lambda d: d.with_stop(0, arrival_soc=d.stops[0].arrival_soc - 0.02),
        r"stop 1 \(.+\) arrival: SoC differs by -0\.02",
    ),
    "driving time": (
        lambda d: d.with_leg(0, driving_s=d.legs[0].driving_s * 0.98),
        r"leg 1: takes \d+\.\d s, planned \d+\.\d s",
    ),
    "charging time": (
        lambda d: d.with_stop(1, charging_s=d.stops[1].charging_s * 0.97 - 10.0),
        r"stop 2 \(.+\): takes ",
    ),
    "a weaker charger than planned": (
        lambda d: d.with_stop(0, charger_kw=d.stops[0].charger_kw * 0.2),
        r"stop 1 \(.+\): takes ",
    ),
    "energy charged": (
        lambda d: d.with_stop(0, departure_soc=d.stops[0].departure_soc + 0.03),
        r"leg 2 departure: SoC differs by -0\.03",
    ),
    "pack on arrival": (
        lambda d: d.with_leg(0, pack_arrival_c=d.legs[0].pack_arrival_c + 1.0),
        r"leg 1 arrival: pack temperature differs by \+1\.",
    ),
    "pack at departure": (
        lambda d: d.with_leg(0, pack_departure_c=d.legs[0].pack_departure_c - 5.0),
        r"leg 1 departure: pack temperature differs by -5\.",
    ),
    "pack after a stop": (
        lambda d: d.with_stop(1, pack_departure_c=d.stops[1].pack_departure_c - 2.0),
        r"stop 2 \(.+\) departure: pack temperature differs by -[12]\.",
    ),
    "ledger does not add up": (
        lambda d: d.with_energy(motion_kwh=2e-9),
        r"leg 1: its energy ledger is off by 2\.\d+e-09 kWh",
    ),
    "ledger adds up to something else": (
        lambda d: d.with_energy(motion_kwh=0.5, spent_kwh=0.5),
        r"leg 1: its energy ledger is off by 5\.00e-01 kWh",
    ),
    "curtailed energy left out": (
        lambda d: d.with_energy(curtailed_kwh=-0.1),
        r"leg 1: its energy ledger is off",
    ),
    "reserve": (
        lambda d: d.with_trip(reserve_soc=min(leg.min_soc for leg in d.legs) + 0.01),
        r"leg \d: SoC falls to 0\.\d+, below the reserve",
    ),
    "reserve, by the plan's own words": (
        lambda d: d.with_leg(0, min_soc=d.trip.reserve_soc - 0.01),
        r"leg 1: SoC falls to 0\.09\d*, below the reserve 0\.1",
    ),
    "wish on arrival": (
        lambda d: d.with_trip(arrival_soc=d.legs[-1].arrival_soc + 0.01),
        r"arrives with SoC 0\.\d+, wished 0\.\d+",
    ),
    "charge limit": (
        lambda d: d.with_trip(charge_limit_soc=max(s.departure_soc for s in d.stops) - 0.01),
        r"stop \d \(.+\): charges to 0\.\d+, limit 0\.\d+",
    ),
    "leaves with less": (
        lambda d: d.with_stop(0, departure_soc=d.stops[0].arrival_soc - 0.01),
        r"stop 1 \(.+\): leaves with less",
    ),
    "order of legs": (
        lambda d: d.having(legs=(d.legs[1], d.legs[0], *d.legs[2:])),
        r"leg 1 departure: SoC differs",
    ),
    "order of stops": (
        lambda d: d.having(stops=(d.stops[1], d.stops[0], *d.stops[2:])),
        r"stop 2 \(.+\) arrival: SoC differs",
    ),
    "a leg is missing": (
        lambda d: d.having(legs=d.legs[:-1]),
        r"legs and stops do not alternate",
    ),
    "a stop is missing": (
        lambda d: d.having(stops=d.stops[1:]),
        r"legs and stops do not alternate",
    ),
    "a level road": (
        lambda d: d.with_trace(elevation_m=(0.0,) * len(d.legs[0].trace.elevation_m)),
        r"leg 1 arrival: SoC differs",
    ),
    "a faster road": (
        lambda d: d.with_trace(speed_kmh=tuple(1.1 * v for v in d.legs[0].trace.speed_kmh)),
        r"leg 1: takes ",
    ),
    "a shorter road": (
        lambda d: d.with_trace(distance_km=tuple(0.9 * x for x in d.legs[0].trace.distance_km)),
        r"leg 1: takes ",
    ),
    "the other way about in the wind": (
        lambda d: d.with_trace(
            bearing_deg=tuple((b + 180.0) % 360.0 for b in d.legs[0].trace.bearing_deg)
        ),
        r"leg 1 arrival: SoC differs",
    ),
    "no heating": (
        lambda d: d.with_trip(conditions=d.trip.conditions.model_copy(update={"cabin": "off"})),
        r"leg 1 arrival: SoC differs",
    ),
    "nothing at all": (
        lambda d: d.with_leg(0, arrival_soc=math.nan),
        r"leg 1 arrival: SoC differs by \+?nan",
    ),
    "no time": (lambda d: d.with_leg(0, driving_s=math.nan), r"leg 1: takes .* planned nan"),
    "no ledger": (
        lambda d: d.with_energy(cabin_kwh=math.nan),
        r"leg 1: its energy ledger is off by nan",
    ),
}


@pytest.mark.parametrize("fault", TAMPERED)
def test_the_fault_is_found_and_named(good: Draft, fault: str) -> None:
    tamper, words = TAMPERED[fault]
    audit = tamper(good).audit()
    assert not audit.passed
    assert any(re.search(words, line) for line in audit.objections), audit.objections


def test_a_plan_from_a_file_is_audited_as_it_was(good: Draft) -> None:
    assert audit_plan(from_json(to_json(good.plan)), good.region) == good.plan.audit


def test_a_plan_by_the_temperatures_of_the_hours_passes() -> None:
    region = hilly_region(7)
    wishes = {"departure": "2026-06-10T08:00", "ambient_by_hour": ((6.0, 2.0), (14.0, 12.0))}
    plan = Planner(region).plan(across(region, **wishes), CAR)
    assert plan.trip.ambient_by_hour
    assert audit_plan(plan, region).objections == ()


def test_a_road_over_the_180th_meridian_is_unbroken() -> None:
    """Where longitudes change their sign a step is as long as anywhere else."""
    first_lon = 179.0
    region = straight_road({90.0: 50.0, 180.0: 50.0}, km=260.0, first_lon=first_lon)
    trip = Trip(origin=place(0.0, first_lon), destination=place(260.0, first_lon))
    plan = Planner(region).plan(trip, CAR)
    assert plan.audit.objections == ()
    assert plan.distance_km == pytest.approx(260.0)


def test_a_wait_for_the_pack_to_cool_passes_where_it_may_wait() -> None:
    region, settings = hilly_region(7), Settings(waits_s=(0.0, 1200.0))
    hot = Conditions(ambient_c=38.0)
    plan = Planner(region, settings).plan(across(region, conditions=hot), CAR)
    waited = [stop.waited_s for stop in plan.stops]
    assert audit_plan(plan, region, settings).objections == ()
    told = audit_plan(plan, region).objections
    assert any("for nothing" in line for line in told) == any(waited)


def test_a_pack_that_would_not_heat_up_is_found() -> None:
    """A plan made without heat, held against a car whose pack does limit the power."""
    region = hilly_region(7)
    trip = across(region, conditions=Conditions(ambient_c=-10.0))
    plan = Planner(region, Settings(heat=False)).plan(trip, CAR)
    assert plan.audit.passed
    audit = Draft(plan, region).audit()
    assert any("stop 1" in line and "takes" in line for line in audit.objections)


def test_a_bound_above_the_plan_is_an_objection(monkeypatch: pytest.MonkeyPatch) -> None:
    def boastful(problem: Problem, rows: ManyToMany, settings: Settings, **more: float) -> Solution:
        found = solve(problem, rows, settings, **more)
        return replace(found, lower_bound_s=found.time_s * 1.001)

    monkeypatch.setattr(planner, "solve", boastful)
    region = hilly_region(7)
    plan = Planner(region, Settings(heat=False)).plan(across(region), CAR)
    assert plan.certificate.lower_bound_s == pytest.approx(plan.total_s * 1.001)
    assert not plan.audit.passed
    assert any("lower bound above the plan" in line for line in plan.audit.objections)


def test_the_audit_knows_nothing_of_the_search() -> None:
    """Neither itself nor through anything that is imported with it.

    What other modules import inside their functions is not: a plan saves itself by way of `output`.
    """
    known = modules()
    queue, seen = ["planning.audit"], set[str]()
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            queue += _own_imports(known[name], inside=name.startswith("planning.audit"))
    assert {"vehicle_model.conditioned", "physics.charging", "physics.thermal"} <= seen
    own = {"planning.audit", "planning.redrive", "planning.kernels.follow"}
    own |= {"planning.kernels.onward", "planning.kernels.lay_course"}
    parts = "access charge fallback ground law objections redrive roads seasons steps stops sums"
    own |= {f"planning.audit_{part}" for part in ("columns", *parts.split())}
    # They read a text of a charger, its hours and its price, and know no trip.
    own |= {"planning.opening_hours", "planning.hours_text", "planning.holidays"}
    own |= {"planning.regional_holidays"}
    own |= {"planning.tariff"}
    # It reads the text of a road's rule.
    own |= {"planning.seasons"}
    assert {name for name in seen if name.startswith("planning.")} == own
    allowed = ("planning", "records", "vehicle_model", "physics", "arrays", "units", "errors")
    assert [name for name in seen if name.split(".")[0] not in allowed] == []


def _own_imports(path: Path, *, inside: bool) -> set[str]:
    """Modules of the package that a file imports, by their names without "tripplan."."""
    found = set()
    for node in ast.walk(tree(path)) if inside else tree(path).body:
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found.add(str(node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    own = {name.removeprefix("tripplan.") for name in found if name.startswith("tripplan.")}
    return own & set(modules())


@pytest.mark.parametrize(
    ("reserve", "overhead_s", "objects"),
    [(0.0, 120.0, True), (0.0, 0.0, False), (0.1, 120.0, False)],
)
def test_a_stop_for_a_little_needs_a_reason(
    good: Draft, reserve: float, overhead_s: float, objects: bool
) -> None:
    """It has one where stops cost no time, and where the car could not go on without."""
    trip = good.with_trip(reserve_soc=reserve, arrival_soc=reserve, stop_overhead_s=overhead_s)
    assert good.legs[1].min_soc == pytest.approx(0.1, abs=1e-3)
    found = trip.with_stop(0, energy_kwh=0.03).audit().objections
    assert any("stops to charge 0.030 kWh" in words for words in found) == objects


def test_a_long_descent_has_one_air_in_the_plan_and_the_audit_knows() -> None:
    """Ten kilometres down 900 m against a storm, drawn with points between: an honest plan."""
    between = np.linspace(0.0, 0.09, 11)[1:-1]
    network = RoadNetwork.from_arcs(
        lat=np.zeros(3),
        lon=np.array([0.0, 0.09, 0.18]),
        elevation_m=np.array([1500.0, 600.0, 600.0]),
        tail=[0, 1],
        head=[1, 2],
        length_m=[10_010.0, 10_010.0],
        speed_kmh=[130.0, 130.0],
        speed_limit_kmh=[130.0, 130.0],
        shapes=(np.array([0, 9, 9]), np.zeros(9), between),
    )
    region = Region("descent", network, ChargerSet((), np.empty(0, np.int32)), Gazetteer(()))
    storm = Conditions(ambient_c=20.0, wind_mps=20.0, wind_from_deg=90.0)
    ends = {"origin": Place(lat=0.0, lon=0.0), "destination": Place(lat=0.0, lon=0.18)}
    plan = Planner(region).plan(Trip(**ends, conditions=storm, departure_soc=0.5), CAR)
    assert len(plan.legs[0].trace.lat) > 10
    assert plan.audit.objections == ()
    soc = list(plan.legs[0].trace.soc)
    soc[5] -= 3e-3
    found = Draft(plan, region).with_trace(soc=tuple(soc)).audit().objections
    assert any("SoC on the way differs" in words for words in found)
