"""The report that one reads in a car: a line for each stop, in one unit, and what is assumed."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.samples.plan import sample_plan
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.output.files.ics import to_ics
from tripplan.output.page.map import to_html
from tripplan.output.text import advice, brief, report
from tripplan.records.plan import Plan, SpeedAdvice
from tripplan.records.trip import Conditions

REAL = sample_plan(illustrative=False)


def changed(plan: Plan, **changes: object) -> Plan:
    return plan.model_copy(update=changes)


def departing(plan: Plan, departure: datetime) -> Plan:
    return changed(plan, trip=plan.trip.model_copy(update={"departure": departure}))


def test_each_stop_is_one_line_with_what_a_driver_needs() -> None:
    """The sample drives 109.4, 74.5, 90.2 and 90.6 km, and stands 30, 27 and 33 min."""
    lines = brief.to_brief(REAL).splitlines()
    start = lines.index("   km    after    battery  min  where")
    assert lines[start + 1 : start + 6] == [
        "    0     0:00        97%       Denver, CO",
        "  109     1:08   11 - 74%   30  Frisco Town Hall",
        "  184     2:24   43 - 80%   27  Eagle Town Hall",
        "  274     3:46   34 - 86%   33  Rifle Town Hall",
        "  365     5:15        37%       Grand Junction, CO",
    ]


def test_dollars_come_with_miles() -> None:
    text = brief.to_brief(changed(REAL, currency="USD", charging_cost=10.0, home_cost=2.25))
    assert " mile    after    battery  min  where" in text
    assert "  114     2:24   43 - 80%   27  Eagle Town Hall" in text  # 184 km / 1.609344
    assert "227 mi, 3 stops" in text
    assert "12.25 USD" in text
    assert " km" not in text


def test_a_price_without_a_currency_says_so() -> None:
    priced = changed(REAL, charging_cost=1.0)
    assert "(currency unknown)" in brief.to_brief(priced).replace("\n", " ")


def test_the_clock_is_that_of_the_departure_and_tells_the_next_day() -> None:
    lines = brief.to_brief(departing(REAL, datetime(2026, 6, 7, 20, 30))).splitlines()  # noqa: DTZ001
    times = [line[5:14].strip() for line in lines if "Town Hall" in line]
    assert times == ["21:38", "22:54", "00:16 +1"]
    assert any("clock" in line for line in lines)


def test_totals_and_four_lines_of_what_is_assumed() -> None:
    lines = brief.to_brief(REAL).splitlines()
    assert lines[0] == "Denver, CO -> Grand Junction, CO"
    assert " ".join(lines[2:5]).startswith("5 h 15 min = 3 h 46 min driving + 1 h 15 min charging")
    assert "the battery lasts in 84% of trips" in " ".join(lines[2:6])
    at = next(k for k, line in enumerate(lines) if line.startswith("Assumed"))
    assert lines[at:] == [
        "Assumed   air 20 C (68 F), wind 3 m/s (7 mph) from the west (270), dry road",
        "          chargers: all as their sources state",
        "          no traffic, no queues; battery health 96%; 10% kept in reserve",
        "          consumption: the driver's own top speed not given: +-22%",
        "All legs, the proof and every assumption: --full",
    ]
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_made_up_chargers_and_a_failed_audit_stand_first() -> None:
    plan = sample_plan()
    text = brief.to_brief(plan)
    assert text.startswith("ILLUSTRATIVE CHARGERS")
    assert text.count("[made up]") == 3
    failed = plan.audit.model_copy(update={"passed": False, "objections": ("stop 1: no plug",)})
    text = brief.to_brief(changed(plan, audit=failed))
    assert text.startswith("AUDIT FAILED: do not rely on this plan.\n  stop 1: no plug\n")


def test_a_wait_says_for_what() -> None:
    first, *others = REAL.stops
    late = first.model_copy(update={"waited_s": 3000.0, "closed_s": 3000.0})
    text = brief.to_brief(changed(REAL, stops=(late, *others)))
    assert "80  Frisco Town Hall; wait 50 min for the site to open, then plug in" in text


def test_a_stop_has_its_town_and_road() -> None:
    first, *others = REAL.stops
    assert first.charger is not None
    site = replace(first.charger, name="Conoco", road="I-70")
    named = first.model_copy(update={"name": "Conoco", "town": "Eagle", "charger": site})
    text = brief.to_brief(changed(REAL, stops=(named, *others)))
    assert "  30  Conoco, Eagle (I-70)\n" in text


def test_waypoints_have_lines_too() -> None:
    text = brief.to_brief(visits_plan())
    assert " 480  Vail, CO\n" in text
    assert text.isascii()


def with_advice(*told: tuple[float, float, float, str, str]) -> Plan:
    first, *others = REAL.legs
    pieces = tuple(
        SpeedAdvice(
            from_km=a, to_km=b, usual_kmh=110.0, advised_kmh=kmh, from_town=here, to_town=there
        )
        for a, b, kmh, here, there in told
    )
    return changed(REAL, legs=(first.model_copy(update={"advice": pieces}), *others))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([(20, 60, 99.8, "Eagle", "Gypsum")], ["62 mph from Eagle to Gypsum"]),
        # two pieces a short gap apart are one; 2 / (1 / 99 + 1 / 101) = 99.99 km/h
        (
            [(20, 40, 99, "Eagle", "Gypsum"), (43, 63, 101, "Dotsero", "Rifle")],
            ["62 mph from Eagle to Rifle"],
        ),
        # a long gap, or another speed, parts them
        (
            [(20, 40, 99, "A", "B"), (46, 60, 99, "C", "D")],
            ["62 mph from A to B", "62 mph from C to D"],
        ),
        (
            [(20, 40, 99, "A", "B"), (41, 60, 80, "B", "D")],
            ["62 mph from A to B", "50 mph from B to D"],
        ),
        # what is too short to be told does not part like ones
        (
            [(20, 40, 99, "A", "B"), (40, 44, 80, "B", "C"), (44, 60, 99, "C", "D")],
            ["62 mph from A to D"],
        ),
        # pieces under 5 km: joined with a neighbour, or dropped
        ([(20, 24, 99, "A", "B"), (25, 28, 99, "B", "C")], ["62 mph from A to C"]),
        ([(20, 24.9, 99, "A", "B")], []),
        ([(20, 36.1, 99, "A", "A")], ["62 mph near A for 10 mi"]),
        ([(20, 36.1, 99, "A", "")], ["62 mph from A for 10 mi"]),
        ([(20, 36.1, 99, "", "B")], ["62 mph for 10 mi to B"]),
        ([(20, 36.1, 99, "", "")], ["62 mph from mile 12 to 22"]),
        ([(20, 109, 99, "A", "")], ["62 mph from A to stop 1"]),
    ],
)
def test_advice_can_be_driven(
    told: list[tuple[float, float, float, str, str]], said: list[str]
) -> None:
    plan = with_advice(*told)
    assert [advice.in_words(one, miles=True) for one in advice.stretches(plan)] == said
    text = " ".join(brief.to_brief(changed(plan, currency="USD")).split())
    assert f"Drive {'; '.join(said)}" in text if said else "Drive" not in text


def test_pages_and_calendars_tell_the_same_stretches() -> None:
    plan = with_advice((20, 60, 99.8, "Eagle", "Gypsum"), (70, 74, 80.0, "Gypsum", "Dotsero"))
    said = "drive 100 km/h (62 mph) from Eagle to Gypsum instead of 110 km/h (68 mph)"
    assert advice.sentences(plan) == ((said,), *((),) * (len(plan.legs) - 1))
    calendar = to_ics(plan, datetime(2026, 6, 7, 8, tzinfo=UTC)).replace("\r\n ", "")
    assert said in calendar
    assert f"advice: {said}\n" in report.to_text(plan)
    for told in (calendar, report.to_text(plan)):
        assert "Dotsero" not in told
        assert "km 70" not in told
    page = re.sub("<[^>]*>", "", to_html(plan))
    assert "drive 100 km/h62 mph from Eagle to Gypsum instead of 110 km/h68 mph" in page
    assert "Dotsero" not in page


def test_advice_in_kilometres() -> None:
    plan = with_advice((20, 60, 99.8, "Eagle", "Gypsum"))
    assert "Drive     100 km/h from Eagle to Gypsum\n" in brief.to_brief(plan)


def test_a_trip_without_stops_takes_only_driving() -> None:
    none = {"stops": (), "legs": REAL.legs[:1], "charging_s": 0.0, "overhead_s": 0.0}
    plan = changed(REAL, **none, driving_s=4080.0, total_s=4080.0)
    head = " ".join(brief.to_brief(plan).split("\n\n")[0].split())
    assert "1 h 08 min = 1 h 08 min driving;" in head
    assert " 0 min" not in head


@pytest.mark.parametrize(
    ("shares_km", "on"),
    [
        (("A 659", 2.0, "A 6", 4.0), "on A 659 and A 6 "),
        (("A 659", 1.0, "A 6", 9.0), "on A 6 "),
        (("", 4.0, "A 6", 6.0), "on A 6 "),
        (("A 659", 5.0, "A 6", 5.0), ""),
    ],
)
def test_advice_over_two_roads_names_both(
    shares_km: tuple[str, float, str, float], on: str
) -> None:
    first_road, first_km, second_road, second_km = shares_km
    at, (first, *others) = 20.0, REAL.legs
    pieces = []
    for road, km in ((first_road, first_km), (second_road, second_km)):
        pieces.append(
            SpeedAdvice(from_km=at, to_km=at + km, usual_kmh=120.0, advised_kmh=100.0, road=road)
        )
        at += km + 1.0
    plan = changed(REAL, legs=(first.model_copy(update={"advice": tuple(pieces)}), *others))
    (one,) = advice.stretches(plan)
    assert advice.in_words(one, miles=False) == f"100 km/h {on}from km 20 to {at - 1.0:.0f}"


def with_load(limit_kmh: float | None, **load: object) -> Plan:
    given = Conditions.model_validate(load)
    trip = REAL.trip.model_copy(update={"conditions": given, "max_speed_kmh": limit_kmh})
    return changed(REAL, trip=trip)


def test_a_load_outside_and_the_limit_with_a_trailer_are_told() -> None:
    load = {"trailer": "caravan", "winter_tyres": True, "passengers": 1, "bikes": "roof"}
    text = brief.to_brief(with_load(80.0, **load))
    assert all(len(line) < 80 for line in text.splitlines())
    told = " ".join(text.split())
    assert (
        "75 kg people and luggage, bicycles on the roof, 1 passenger, a caravan, winter tyres; "
        "with the trailer at most 80 km/h" in told
    )
    in_dollars = changed(with_load(88.0, trailer="open"), currency="USD")
    told = " ".join(brief.to_brief(in_dollars).split())
    assert "an open trailer; with the trailer at most 55 mph" in told


def test_a_usual_load_takes_no_line() -> None:
    assert "luggage" not in brief.to_brief(with_load(80.0))
    assert "2 passengers\n" in brief.to_brief(with_load(None, passengers=2))
