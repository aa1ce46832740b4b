"""Which roads a leg leads over, by which exits it leaves them, and where stops and advice lie."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.samples.plan import sample_plan
from tripplan.planning.roads import GAP_KM, NEAR_STOP_KM, road_stretches, with_roads
from tripplan.records.network import FLAG_LINK, RoadNetwork
from tripplan.records.plan import Leg, RoadStretch, SpeedAdvice
from tripplan.records.road_name import RoadName

I70, US6, STREET = (
    RoadName("I-70;US 6"),
    RoadName("US 6", "Main Street"),
    RoadName("", "Main Street"),
)
EXIT, RAMP = RoadName("", "", "147", "Eagle"), RoadName()
ROAD, LINK = 0, FLAG_LINK


def driven(*parts: tuple[RoadName, float, int]) -> tuple[RoadStretch, ...]:
    """Return the stretches of a row of arcs: what each is called, its length in km, its flags."""
    names = tuple(dict.fromkeys(name for name, _, _ in parts if name != RoadName()))
    count = len(parts)
    network = RoadNetwork.from_arcs(
        lat=np.zeros(count + 1), lon=np.linspace(0.0, 1.0, count + 1),
        elevation_m=np.zeros(count + 1), tail=np.arange(count), head=np.arange(1, count + 1),
        length_m=[1e3 * km for _, km, _ in parts], speed_kmh=np.full(count, 90.0),
        speed_limit_kmh=np.full(count, 90.0), flags=[flags for _, _, flags in parts],
        road_name=[names.index(name) if name in names else -1 for name, _, _ in parts],
        road_names=names,
    )  # fmt: skip
    return road_stretches(network, np.arange(count, dtype=np.int32), 100.0)


def told(stretches: tuple[RoadStretch, ...]) -> list[Any]:
    return [(round(one.from_km, 6), round(one.to_km, 6), one.label, one.exit) for one in stretches]


def test_a_road_goes_on_across_names_and_short_gaps_and_ends_at_an_exit() -> None:
    bridge = RoadName("I-70", "Long Bridge")
    found = driven(
        (I70, 10.0, ROAD), (bridge, 1.0, ROAD), (RAMP, GAP_KM - 0.01, ROAD), (I70, 5.0, ROAD),
        (EXIT, 0.4, LINK), (US6, 2.0, ROAD), (STREET, 0.5, ROAD),
    )  # fmt: skip
    gap_km = GAP_KM - 0.01
    end_km = 116.0 + gap_km
    assert told(found) == [
        (100.0, pytest.approx(end_km), "I-70", "147"),
        (pytest.approx(end_km + 0.4), pytest.approx(end_km + 2.4), "US 6", ""),
        (pytest.approx(end_km + 2.4), pytest.approx(end_km + 2.9), "Main Street", ""),
    ]
    assert (found[0].towards, found[0].name, found[1].name) == ("Eagle", "", "Main Street")
    far = driven((I70, 10.0, ROAD), (RAMP, GAP_KM + 0.01, ROAD), (I70, 5.0, ROAD))
    assert [one[:2] for one in told(far)] == [(100.0, 110.0), (110.51, 115.51)]


def test_an_exit_counts_where_a_road_is_left_and_no_where_else() -> None:
    # From one ramp to another, and at the end of a road whose last metres have no number.
    assert told(driven((I70, 1.0, ROAD), (RAMP, 0.1, LINK), (EXIT, 0.2, LINK)))[0][3] == ""
    assert told(driven((I70, 1.0, ROAD), (RAMP, 0.1, ROAD), (EXIT, 0.2, LINK)))[0][3] == "147"
    assert told(driven((I70, 1.0, ROAD), (EXIT, 0.2, ROAD)))[0][3] == ""
    assert driven((RAMP, 1.0, ROAD), (EXIT, 0.2, LINK)) == ()
    assert driven() == ()


PLAN = sample_plan(illustrative=False)


def leg_with(number: int, *roads: tuple[float, float, str]) -> Leg:
    """Return a leg of the sample on some roads, by their shares of it."""
    leg = PLAN.legs[number]
    first, last = leg.trace.distance_km[0], leg.trace.distance_km[-1]
    return leg.model_copy(
        update={
            "roads": tuple(
                RoadStretch(
                    from_km=first + a * (last - first), to_km=first + b * (last - first), ref=ref
                )
                for a, b, ref in roads
            )
        }
    )


def test_a_stop_is_told_by_the_road_that_leads_there() -> None:
    leg = PLAN.legs[0]
    near = 1.0 - 0.9 * NEAR_STOP_KM / leg.distance_km
    far = 1.0 - 1.1 * NEAR_STOP_KM / leg.distance_km
    for roads, wanted in (
        ([(0.0, near, "I-70"), (near, 1.0, "US 6")], "I-70"),
        ([(0.0, far, "I-70"), (far, 1.0, "US 6")], "US 6"),
        ([(0.0, far, "I-70"), (far, 1.0, "")], ""),
        ([], ""),
    ):
        _, stops = with_roads((leg_with(0, *roads), *PLAN.legs[1:]), PLAN.stops)
        assert stops[0].road == wanted, roads
    charger = PLAN.stops[0].charger
    assert charger is not None
    stated = PLAN.stops[0].model_copy(update={"charger": replace(charger, road="CO 9")})
    _, stops = with_roads(
        (leg_with(0, (0.0, 1.0, "I-70")), *PLAN.legs[1:]), (stated, *PLAN.stops[1:])
    )
    assert stops[0].road == "CO 9"


def test_advice_is_told_by_the_road_of_most_of_it() -> None:
    leg = leg_with(1, (0.0, 0.5, "I-70"), (0.7, 1.0, "US 6"))
    first, km = leg.trace.distance_km[0], leg.distance_km
    spans = {(0.1, 0.4): "I-70", (0.3, 0.6): "I-70", (0.65, 0.8): "US 6", (0.4, 0.9): ""}
    advice = tuple(
        SpeedAdvice(from_km=first + a * km, to_km=first + b * km, usual_kmh=110, advised_kmh=95)
        for a, b in spans
    )
    advised = leg.model_copy(update={"advice": advice})
    (_, found, *_), _ = with_roads((PLAN.legs[0], advised), PLAN.stops)
    assert [one.road for one in found.advice] == list(spans.values())
