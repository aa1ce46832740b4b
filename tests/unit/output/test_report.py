"""The itinerary as text: against the golden file, and in the cases that the sample lacks."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.output.drawing import markup
from tripplan.output.page import popups
from tripplan.output.text import report, statements, words
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import ChargerWishes

GOLDEN = Path(__file__).parents[2] / "golden" / "sample.txt"


def changed_stop(number: int = 0, **changes: object) -> ChargingStop:
    return sample_plan().stops[number].model_copy(update=changes)


def limited(stop: ChargingStop, *limits: str, pack_c: float = 35.0) -> ChargingStop:
    """Return a stop whose time divides evenly among these limits."""
    first = stop.samples[0]
    samples = tuple(
        first.model_copy(
            update={"since_plug_in_s": 100.0 * k, "limited_by": limit, "pack_c": pack_c}
        )
        for k, limit in enumerate([*limits, limits[-1]])
    )
    return stop.model_copy(update={"samples": samples, "heat_delay_s": 0.0})


def test_the_sample_reads_like_the_golden_file() -> None:
    assert report.to_text(sample_plan()) == GOLDEN.read_text(encoding="utf-8")


def test_the_sample_with_visits_reads_like_its_golden_file() -> None:
    golden = GOLDEN.with_name("visits.txt")
    assert report.to_text(visits_plan()) == golden.read_text(encoding="utf-8")


def test_illustrative_chargers_cannot_be_missed() -> None:
    text = report.to_text(sample_plan())
    assert text.startswith(words.ILLUSTRATIVE_LINE + "\n")
    assert text.count("ILLUSTRATIVE: made up") == 3
    real = report.to_text(sample_plan(illustrative=False))
    assert "ILLUSTRATIVE" not in real
    assert "Sample Networks" in real


def test_units_are_ascii() -> None:
    assert report.to_text(sample_plan()).isascii()


def test_the_times_add_up() -> None:
    plan = sample_plan()
    clocks = statements.leg_clocks(plan)
    assert clocks[0].departure_s == 0.0
    assert clocks[-1].arrival_s == pytest.approx(plan.total_s)
    for times, leg in zip(clocks, plan.legs, strict=True):
        assert times.departure_s == pytest.approx(leg.trace.elapsed_s[0])
        assert times.arrival_s == pytest.approx(leg.trace.elapsed_s[-1])


def test_no_stops() -> None:
    plan = sample_plan()
    short: Plan = plan.model_copy(
        update={"legs": plan.legs[:1], "stops": (), "energy_charged_kwh": 0.0}
    )
    text = report.to_text(short)
    assert "no stops" in text
    assert "none charged" in text
    assert "STOP" not in text.replace("ILLUSTRATIVE", "")


def test_limits_are_said_by_their_share() -> None:
    stop = limited(sample_plan().stops[0], "vehicle", "charger", "vehicle", "temperature")
    assert statements.limit_shares(stop) == {"vehicle": 0.5, "charger": 0.25, "temperature": 0.25}
    said = statements.why_limited(stop)
    assert "its own charging curve set the power (50% of the time)" in said
    assert "then the charger (25%) and battery temperature (25%)" in said


@pytest.mark.parametrize(
    ("pack_c", "words_"),
    [(41.0, "too warm"), (-5.0, "too cold"), (20.0, "held the power down")],
)
def test_heat_and_cold_differ(pack_c: float, words_: str) -> None:
    stop = limited(sample_plan().stops[2], "temperature", pack_c=pack_c)
    assert words_ in statements.why_limited(stop)


def test_a_stop_without_samples_names_its_limit() -> None:
    stop = changed_stop(samples=(), limited_by="charger")
    assert statements.limit_shares(stop) == {"charger": 1.0}
    assert "The charger gives no more than 50 kW" in statements.why_limited(stop)
    cold = changed_stop(samples=(), limited_by="temperature")
    assert "battery" in statements.why_limited(cold)


def test_heat_delay_is_said_from_half_a_minute() -> None:
    stop = limited(sample_plan().stops[0], "temperature")
    assert "shorter" not in statements.why_limited(stop)
    late = stop.model_copy(update={"heat_delay_s": 240.0})
    assert "4 min shorter" in statements.why_limited(late)


def test_proof_and_audit_say_the_worst_as_well() -> None:
    plan = sample_plan()
    certificate = plan.certificate.model_copy(
        update={"complete": False, "gap": 0.0, "lower_bound_s": plan.total_s}
    )
    audit = plan.audit.model_copy(update={"passed": False, "objections": ("leg 2: too slow",)})
    doubtful = plan.model_copy(update={"certificate": certificate, "audit": audit})
    text = report.to_text(doubtful)
    assert "just that (gap 0.00%)" in text
    assert "stopped early, at its label limit or its time budget" in text
    assert "FAILED" in text
    assert "Objection: leg 2: too slow" in text
    assert text.startswith("AUDIT FAILED: do not rely on this plan.\n  leg 2: too slow\n\n")
    assert statements.headline(plan) == "At most 0.32% of this time could be saved."


def test_a_gap_of_nothing_is_said_as_a_proof() -> None:
    plan = sample_plan()
    exact = plan.certificate.model_copy(update={"gap": 0.0})
    assert "quickest" in statements.headline(plan.model_copy(update={"certificate": exact}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"wind_mps": 0.0}, "no wind"),
        ({"wind_from_deg": None}, "headwind 3 m/s (7 mph) all the way"),
        ({"wind_from_deg": 271.0}, "from the west (271°)"),
        ({"wind_from_deg": 350.0}, "from the north (350°)"),
        ({"cabin": "off"}, "cabin climate off"),
        ({"road": "snow"}, "snow road"),
    ],
)
def test_conditions(changes: dict[str, object], said: str) -> None:
    plan = sample_plan()
    given = plan.trip.conditions.model_copy(update=changes)
    trip = plan.trip.model_copy(update={"conditions": given})
    assert any(
        said in phrase for phrase in statements.conditions(plan.model_copy(update={"trip": trip}))
    )


def test_a_speed_wish_is_said() -> None:
    plan = sample_plan()
    trip = plan.trip.model_copy(update={"max_speed_kmh": 100.0})
    assert "no faster than 100 km/h (62 mph)" in statements.wishes(
        plan.model_copy(update={"trip": trip})
    )


def test_a_region_tells_what_it_holds() -> None:
    text = report.region_to_text(sample_region())
    assert "Region sample" in text
    assert "5, of which 5 are made up" in text
    assert "13 places" in text
    assert "roads: none needed" in text
    assert "All of this region is a sample." in text


def test_provenance_is_outlined() -> None:
    given = {"sources": [{"package": "a", "licence": "MIT"}, "b", {}], "measured": {"km": 3}}
    text = report.region_to_text(replace(sample_region(), provenance=given))
    assert text.endswith(
        "Provenance  sources:\n"
        "              - package: a\n"
        "                licence: MIT\n"
        "              - b\n"
        "              - {}\n"
        "            measured:\n"
        "              km: 3\n"
    )


def test_what_is_known_of_a_site_is_told_in_text_and_popup() -> None:
    plan = sample_plan()
    charger, connector = plan.stops[0].charger, plan.stops[0].connector
    assert charger is not None
    assert connector is not None
    stop = changed_stop(
        charger=replace(
            charger,
            network="EVgo <Network>",
            access="public",
            opening_hours="Mo-Fr 08:00-18:00",
            price="0.48 per kWh",
        ),
        connector=replace(
            connector,
            power_rule="CHADEMO without a stated power: 50 kW, estimate",
            standard_rule="through an adapter from CCS1",
        ),
    )
    text = report.to_text(plan.model_copy(update={"stops": (stop, *plan.stops[1:])}))
    site = "network EVgo <Network>; access public; open Mo-Fr 08:00-18:00; price 0.48 per kWh"
    assert f"site {site}; id sample-1\n" in text
    assert "note: CHADEMO without a stated power: 50 kW, estimate\n" in text
    assert "note: through an adapter from CCS1\n" in text
    assert "site id sample-2\n" in text
    popup = popups.stop_popup(stop, markup.Markup(""))
    for label, value in (
        ("Network", "EVgo &lt;Network&gt;"),
        ("Access", "public"),
        ("Open", "Mo-Fr 08:00-18:00"),
        ("Price", "0.48 per kWh"),
        ("Id", "sample-1"),
        ("Note", "through an adapter from CCS1"),
    ):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in popup, label
    plain = popups.stop_popup(plan.stops[0], markup.Markup(""))
    assert "<dt>Open</dt>" not in plain
    assert "<dt>Access</dt>" not in plain


def test_wishes_are_told_where_there_are_some() -> None:
    plan = sample_plan()
    asked = plan.trip.model_copy(
        update={
            "departure": datetime.fromisoformat("2026-06-07T08:00"),
            "avoid": ("toll", "ferry"),
            "chargers": ChargerWishes.model_validate(
                {"min_power_kw": 50, "min_stalls": 2, "exclude_operators": "A; B"}
            ),
        }
    )
    said = statements.wishes(plan.model_copy(update={"trip": asked}))
    assert said[len(statements.wishes(plan)) :] == (
        "leave at 2026-06-07 08:00",
        "no toll, no ferry",
        "chargers of at least 50 kW",
        "at least 2 stalls",
        "no chargers of A, B",
    )


def test_band_and_chance_are_told_for_the_trip_and_for_each_leg() -> None:
    plan = sample_plan()
    first, last = plan.legs[0], plan.legs[-1]
    assert first.outlook is not None
    assert last.outlook is not None
    band = f"{first.outlook.p10_soc:.0%} to {first.outlook.p90_soc:.0%} in 8 of 10 trips"
    chance = f"{first.outlook.probability:.0%} of trips"
    assert f"arrives with {band}; battery lasts in {chance}" in report.to_text(plan)
    assert f"({band}; battery lasts in {chance})" in popups.leg_tip(first, 1)
    end = f"({last.outlook.p10_soc:.0%} to {last.outlook.p90_soc:.0%} in 8 of 10 trips)"
    assert end in popups.end_popup(plan, start=False)
    assert "trips" not in popups.end_popup(plan, start=True)
    unknown = first.model_copy(update={"outlook": None})
    assert "trips" not in popups.leg_tip(unknown, 1)
    plain = plan.model_copy(update={"legs": (unknown,) * 4, "arrival_probability": None})
    assert "in 8 of 10" not in report.to_text(plain)


def test_a_long_list_of_objections_is_cut_where_it_stands_before_the_plan() -> None:
    told = tuple(f"leg {number}: too slow" for number in range(1, 12))
    plan = sample_plan()
    audit = plan.audit.model_copy(update={"passed": False, "objections": told})
    first = report.warning_text(plan.model_copy(update={"audit": audit})).splitlines()
    assert first[1:3] == ["  leg 1: too slow", "  leg 2: too slow"]
    assert first[-2] == "  ... and 3 more objections."
    assert report.warning_text(plan) == ""
