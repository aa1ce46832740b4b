"""The campaign finds what is planted, and nothing else where nothing is wrong."""

import signal
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from campaign.__main__ import Progress, main
from campaign.ask import Answer, ask
from campaign.cases import Case, at
from campaign.check import findings
from campaign.draw import GROUP, Scheme, group
from campaign.ground import MADE_UP, Ground, made_up, region_of
from campaign.laws import GAVE_UP_KIND, LAWS, below, compared
from campaign.redrive import redrive_findings
from campaign.refusals import AGAIN, reason_findings
from campaign.roads import road_findings
from campaign.run import Outcome, is_note, run
from campaign.run import Plan as CampaignPlan
from campaign.shrink import shrunk
from campaign.wishes import wish_findings
from tripplan.errors import OutOfRangeError, SearchLimitError
from tripplan.records.plan import Plan

GROUND = Ground(made_up(5, 30, 12, 300))


@cache
def plain_case(**wishes: Any) -> Case:
    """Return a trip across a small world, with stops on the way."""
    network = region_of(GROUND).network
    west, east = int(np.argmin(network.lon)), int(np.argmax(network.lon))
    trip = {
        "origin": at(float(network.lat[west]), float(network.lon[west])),
        "destination": at(float(network.lat[east]), float(network.lon[east])),
    }
    return Case(GROUND, "nissan-leaf-40", {**trip, **wishes}, heat=False)


@cache
def sound_plan() -> Plan:
    plan = ask(plain_case()).plan
    assert plan is not None
    assert plan.stop_count >= 1
    return plan


def kinds(plan: Plan) -> set[str]:
    """Kinds of all that is found about a plan by itself."""
    region = region_of(GROUND)
    found = [*redrive_findings(plan, heat=False), *wish_findings(plan, region)]
    found += road_findings(plan, region)
    return {finding.kind for finding in found}


def edited_leg(plan: Plan, number: int, **changes: Any) -> Plan:
    legs = list(plan.legs)
    legs[number] = legs[number].model_copy(update=changes)
    return plan.model_copy(update={"legs": tuple(legs)})


def edited_trace(plan: Plan, number: int, **changes: Any) -> Plan:
    return edited_leg(plan, number, trace=plan.legs[number].trace.model_copy(update=changes))


def edited_stop(plan: Plan, **changes: Any) -> Plan:
    first = plan.stops[0].model_copy(update=changes)
    return plan.model_copy(update={"stops": (first, *plan.stops[1:])})


def edited_trip(plan: Plan, **changes: Any) -> Plan:
    return plan.model_copy(update={"trip": plan.trip.model_copy(update=changes)})


def without_middle(plan: Plan) -> Plan:
    """Cut the roads in the middle out of the first leg: it jumps."""
    trace = plan.legs[0].trace
    kept = [0, 1, -1]
    cut = {name: tuple(column[k] for k in kept) for name, column in trace.model_dump().items()}
    cut["distance_km"] = (*cut["distance_km"][:2], cut["distance_km"][1])
    return edited_trace(plan, 0, **cut)


def by_another_road(plan: Plan) -> Plan:
    """Move a point of the first leg aside by a kilometre or so, where no road is."""
    trace = plan.legs[0].trace
    lat = list(trace.lat)
    lat[-1] += 1e-4
    return edited_trace(plan, 0, lat=tuple(lat))


PLANTED: dict[str, tuple[Callable[[Plan], Plan], str]] = {
    "a leg cut short": (without_middle, "teleport"),
    "a leg that ends beside its stop": (by_another_road, "teleport"),
    "a road that is not there": (by_another_road, "off the roads"),
    "a shorter stop": (lambda p: edited_stop(p, charging_s=0.8 * p.stops[0].charging_s), "charge"),
    "a wrong clock": (lambda p: edited_stop(p, overhead_s=200.0), "clock"),
    "a missing kilowatt-hour": (
        lambda p: edited_stop(p, energy_kwh=p.stops[0].energy_kwh - 1.0),
        "sum",
    ),
    "more power than the plug has": (lambda p: edited_stop(p, charger_kw=1999.0), "charger"),
    "a wrong arrival": (
        lambda p: edited_leg(p, 0, arrival_soc=p.legs[0].arrival_soc + 0.01),
        "SoC",
    ),
    "a wrong total": (lambda p: p.model_copy(update={"total_s": p.total_s - 60.0}), "clock"),
    "a broken reserve": (
        lambda p: edited_trip(p, reserve_soc=p.legs[0].min_soc + 0.01),
        "wish broken: reserve_soc",
    ),
    "a banned site": (
        lambda p: edited_trip(
            p, chargers=p.trip.chargers.model_copy(update={"banned": (p.chargers[0].id,)})
        ),
        "wish broken: banned",
    ),
    "too many stops": (lambda p: edited_trip(p, most_stops=0), "wish broken: most_stops"),
    "a required site left out": (
        lambda p: edited_trip(p, via_chargers=("nowhere",)),
        "wish broken: via_chargers",
    ),
    "a stop too long": (
        lambda p: edited_trip(p, longest_stop_s=p.stops[0].charging_s / 2),
        "wish broken: longest_stop_s",
    ),
    "a charge too small": (
        lambda p: edited_trip(p, least_charge_soc=0.9),
        "wish broken: least_charge_soc",
    ),
    "a motorway to be avoided": (lambda p: edited_trip(p, avoid=("motorway",)), "unlawful road"),
    "a lower speed limit": (lambda p: edited_trip(p, max_speed_kmh=30.0), "unlawful road"),
    "a wait without a reason": (lambda p: edited_stop(p, waited_s=600.0), "waits for nothing"),
    "a bound above the plan": (
        lambda p: p.model_copy(
            update={"certificate": p.certificate.model_copy(update={"lower_bound": 1e6})}
        ),
        "bound above its own plan",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str) -> None:
    plant, kind = PLANTED[fault]
    assert kinds(sound_plan()) == set()
    assert kind in kinds(plant(sound_plan()))


def test_a_stop_is_held_against_the_hours_of_its_site() -> None:
    """The site is open for one minute a day, six hours after the stop."""
    plan = sound_plan()
    stop, region = plan.stops[0], region_of(GROUND)
    assert stop.charger is not None
    arrival_h = plan.legs[0].trace.elapsed_s[-1] / 3600.0
    opens = f"{int(arrival_h + 6) % 24:02d}:00-{int(arrival_h + 6) % 24:02d}:01"
    site = replace(stop.charger, opening_hours=opens)
    sites = tuple(site if one.id == site.id else one for one in region.chargers.chargers)
    region = replace(region, chargers=replace(region.chargers, chargers=sites))
    at_midnight = datetime(2026, 6, 1)  # noqa: DTZ001 - local time
    plan = edited_trip(edited_stop(plan, charger=site), departure=at_midnight)
    assert {f.kind for f in wish_findings(plan, region)} == {"plugged in while closed"}


def test_laws_tell_a_bound_above_a_plan_from_a_plan_that_is_worse() -> None:
    plan = sound_plan()
    quicker = plan.model_copy(update={"total_s": 0.5 * plan.total_s})
    loose = plan.model_copy(
        update={"certificate": plan.certificate.model_copy(update={"lower_bound": 1.0})}
    )
    assert [f.kind for f in below(plan, quicker)] == ["bound above a plan"]
    assert [f.kind for f in below(loose, quicker)] == ["worse within its gap"]
    assert [f.kind for f in below(plan, plan)] == []
    refused = Answer(refusal=_refusal("the longest gap takes 3.0 kWh more"))
    assert [f.kind for f in compared(refused, Answer(plan=plan))] == ["false refusal"]
    assert list(compared(Answer(plan=plan), refused)) == []
    both = compared(Answer(plan=plan), refused, both_ways=True)
    assert [f.kind for f in both] == ["false refusal"]


def _refusal(words: str) -> OutOfRangeError:
    return OutOfRangeError(
        words,
        shortfall_kwh=1.0,
        furthest="",
        furthest_lat=0.0,
        furthest_lon=0.0,
        remaining_km=1.0,
    )


def test_a_refusal_gives_a_reason() -> None:
    assert not list(reason_findings(Answer(refusal=_refusal("takes 3.0 kWh more; 12 km before"))))
    assert list(reason_findings(Answer(refusal=_refusal("takes 0.0 kWh more; 12 km before"))))


def test_the_same_seed_draws_the_same_questions() -> None:
    scheme = Scheme(7, (MADE_UP,))
    first, again = ([case for case, _ in group(scheme, 3)] for _ in range(2))
    assert [case.key for case in first] == [case.key for case in again]
    assert len(first) == GROUP
    assert [case.key for case, _ in group(scheme, 4)] != [case.key for case in first]


def test_a_case_is_written_and_read(tmp_path: Path) -> None:
    case = replace(plain_case(), ground=replace(GROUND, nodes=(1, 2), chargers=("c1",)), kind="x")
    assert Case.from_json(case.to_json()) == case
    file = tmp_path / "case.json"
    file.write_text(plain_case().to_json(), encoding="utf-8")
    assert main(["--case", str(file)]) == 0


def test_a_search_that_says_it_gave_up_refuses_nothing_falsely() -> None:
    """It names the limit that ended it; who says that there is no plan has to be right."""
    plan = Answer(plan=sound_plan())
    spent = Answer(refusal=SearchLimitError("there may be one all the same", "label_limit"))
    wrong = Answer(refusal=_refusal("takes 3.0 kWh more; 12 km before"))
    found = [
        [finding.kind for finding in compared(easier, plan, both_ways=False)]
        for easier in (spent, wrong)
    ]
    assert found == [[GAVE_UP_KIND], ["false refusal"]]
    assert [is_note(kinds[0]) for kinds in found] == [True, False]


def test_an_exact_plan_keeps_to_the_longest_stop_with_heat_road_by_road() -> None:
    """Its chain was found without heat; with it, road by road, a charge took 2.5 s too long."""
    ground = Ground(made_up(866216, 21, 14, 334))
    question: dict[str, Any] = {
        "conditions": {"ambient_c": 20.0},
        "origin": {"lat": 40.06774550994994, "lon": -104.12693939715689},
        "destination": {"lat": 41.64124141472248, "lon": -101.62239580171793},
        "departure_soc": 1.0,
        "longest_stop_s": 1800.0,
        "waypoints": [
            {
                "place": {"lat": 41.089549330578244, "lon": -102.84112689517325},
                "dwell_s": 3600.0,
                "charger_kw": 11.0,
            },
            {"place": {"lat": 40.4352024290386, "lon": -103.08278546033728}, "dwell_s": 600.0},
        ],
    }
    case = Case(ground, "nissan-leaf-30", question, exact=True)
    assert not findings(case)
    plan = ask(case).plan
    assert plan is not None
    assert any(stop.charging_s > 0.5 * 1800.0 for stop in plan.stops)


def test_findings_are_kept_as_they_come(tmp_path: Path) -> None:
    """A campaign of hours that is cut off has told what it found until then."""
    first, second = (replace(plain_case(), kind=kind, told=kind) for kind in ("one", "a/b"))
    known, keep = Outcome(found=[(0, first)]), Progress(tmp_path)
    keep(1, 9, known)
    known.found.append((4, second))
    keep(2, 9, known)
    keep(3, 9, known)
    written = sorted((tmp_path / "as-drawn").iterdir())
    assert [Case.load(path).kind for path in written] == ["one", "a/b"]


def test_every_law_has_something_to_say_of_a_plain_trip() -> None:
    """Of most; the others want waypoints, cold, age or small worlds."""
    plan = sound_plan()
    silent = {name for name, law in LAWS.items() if not list(law(plain_case(), plan))}
    assert silent <= {"no plug at a waypoint", "colder air", "exact", "an older battery"}
    assert set(AGAIN) & {"by time", "exactly"}


def test_a_case_is_shrunk_to_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault shows wherever the first of two waypoints is there."""
    network = region_of(GROUND).network
    places = [{"place": at(float(network.lat[k]), float(network.lon[k]))} for k in (3, 4)]
    wishes = {"departure_soc": 0.8, "most_stops": 9, "waypoints": places}
    case = replace(plain_case().wish(**wishes), kind="planted", soh=0.9, heat=True)

    def planted(one: Case) -> list[tuple[str, str]]:
        there = places[0] in one.trip.get("waypoints", [])
        sites = region_of(one.ground).chargers.chargers
        return [("planted", "")] if there and any(site.id == "c3" for site in sites) else []

    monkeypatch.setattr("campaign.shrink.findings", planted)
    small = shrunk(case, 20.0)
    assert set(small.trip) == {"origin", "destination", "waypoints"}
    assert small.trip["waypoints"] == places[:1]
    assert small.ground.chargers == ("c3",)
    assert len(small.ground.nodes or ()) == 1
    assert (small.soh, small.heat) == (None, False)


def test_renumbering_keeps_what_is_there() -> None:
    region, other = region_of(GROUND), region_of(replace(GROUND, renumbered=3))
    assert sorted(region.network.length_m.tolist()) == sorted(other.network.length_m.tolist())
    where = {
        (site.id, float(region.network.lat[node]))
        for site, node in zip(region.chargers.chargers, region.chargers.node, strict=True)
    }
    assert where == {
        (site.id, float(other.network.lat[node]))
        for site, node in zip(other.chargers.chargers, other.chargers.node, strict=True)
    }


def test_an_error_that_no_question_may_end_with_is_a_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def divide(*_: object) -> None:
        warnings.warn("odd", RuntimeWarning, stacklevel=1)
        raise ZeroDivisionError

    monkeypatch.setattr("tripplan.planning.planner.Planner.plan", divide)
    found = [finding.kind.split(" at ")[0] for finding in findings(plain_case().wish(most_stops=7))]
    assert found == ["warning: RuntimeWarning: odd", "crash: ZeroDivisionError"]


def test_an_interrupt_ends_a_campaign_with_what_is_known() -> None:
    plan = CampaignPlan(Scheme(2, (MADE_UP,)), trips=10_000, laws=0, processes=1)
    outcome, whole = run(plan, lambda *_: signal.raise_signal(signal.SIGINT))
    assert not whole
    assert sum(outcome.answers.values()) == GROUP


@pytest.mark.slow
def test_a_small_campaign_finds_nothing() -> None:
    plan = CampaignPlan(Scheme(1, (MADE_UP,)), trips=16, laws=1, processes=1)
    outcome, whole = run(plan, lambda *_: None)
    assert whole
    assert sum(outcome.answers.values()) == 16
    assert {kind: cases[0].told for kind, cases in outcome.broken.items()} == {}


def test_a_case_that_is_wrong_in_itself_is_no_finding() -> None:
    assert findings(plain_case(departure_soc=0.05)) == []


def test_a_stop_may_last_as_long_as_that_of_the_one_plan_there_is() -> None:
    """With heat, half a per cent of it was kept free, and what needed it was refused."""
    trip = {
        "conditions": {"ambient_c": -20.0, "wind_mps": 3.0, "roof_box": True},
        "origin": at(40.786395176352656, -103.20940692384414),
        "destination": at(40.98064518128149, -103.39707962752857),
        "departure_soc": 0.559,
        "least_charge_soc": 0.02,
        "objective": "stops",
    }
    ground = Ground(made_up(73684, 42, 6, 236))
    case = Case(ground, "nissan-leaf-30", trip, soh=0.75, check="as long stops", luck=0.97)
    plan = ask(case).plan
    assert plan is not None
    assert plan.stop_count == 1
    assert findings(case) == []
