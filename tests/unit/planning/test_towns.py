"""Towns of stops and of advice: the source's own, else the nearest one."""

from dataclasses import replace

import pytest

from tests.samples.plan import sample_plan
from tripplan.planning.towns import with_towns
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.plan import SpeedAdvice

PLAN = sample_plan()
START, END = PLAN.legs[1].start, PLAN.legs[1].end
NAMES = Gazetteer(
    (
        GazetteerEntry("Here", "CO", START.lat + 0.05, START.lon, 900),
        GazetteerEntry("There", "CO", END.lat, END.lon - 0.05, 900),
        GazetteerEntry("Site at the start", "", START.lat, START.lon, -1, "charger"),
        GazetteerEntry("Field", "CO", END.lat, END.lon, 0, "airport"),
    )
)


def test_a_stop_is_in_the_town_of_its_source_else_in_the_nearest() -> None:
    first, *others = PLAN.stops
    assert first.charger is not None
    stated = first.model_copy(update={"charger": replace(first.charger, town="Frisco")})
    _, placed = with_towns(PLAN.legs, (first, *others), NAMES)
    assert [stop.town for stop in placed] == ["Here", "There", ""]
    _, placed = with_towns(PLAN.legs, (stated, *others), NAMES)
    assert placed[0].town == "Frisco"


def test_advice_goes_from_town_to_town() -> None:
    leg = PLAN.legs[1]
    whole = (leg.trace.distance_km[0], leg.trace.distance_km[-1])
    middle = sum(whole) / 2
    told = [
        SpeedAdvice(from_km=a, to_km=b, usual_kmh=110.0, advised_kmh=95.0)
        for a, b in (whole, (middle, whole[1]))
    ]
    advised = leg.model_copy(update={"advice": tuple(told)})
    (_, found, *_), _ = with_towns((PLAN.legs[0], advised), PLAN.stops, NAMES)
    assert [(a.from_town, a.to_town) for a in found.advice] == [("Here", "There"), ("", "There")]
    assert [(a.from_km, a.to_km) for a in found.advice] == [
        pytest.approx(whole),
        pytest.approx((middle, whole[1])),
    ]


def test_without_names_nothing_is_said() -> None:
    legs, stops = with_towns(PLAN.legs, PLAN.stops, Gazetteer(()))
    assert (legs, stops) == (PLAN.legs, PLAN.stops)
