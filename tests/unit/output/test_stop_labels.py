"""What stands beside stops: charge on arrival and minutes, clear of all else at every scale."""

from itertools import combinations, product

import numpy as np
import pytest

from tests.samples.plan import sample_plan
from tests.samples.plan_with_waypoints import visits_plan
from tests.unit.output.test_labels import world_px
from tripplan.output.drawing.road_signs import lettering
from tripplan.output.drawing.stop_labels import StopLabel, told
from tripplan.records.plan import Plan

Box = tuple[float, float, float, float]
PLANS = [sample_plan(illustrative=False), visits_plan()]


def box_px(label: StopLabel, zoom: float) -> Box:
    """Return where a label is, letters 7.2 pixels wide; see .tp-stop-told in page.css."""
    x, y = world_px(label.lat, label.lon, zoom)
    wide, high = 7.2 * len(label.text) + 12.0, 18.0
    left = {"right": x + 24.0, "left": x - 24.0 - wide}.get(label.side, x - wide / 2)
    top = {"above": y - 24.0 - high, "below": y + 24.0}.get(label.side, y - high / 2)
    return left, top, left + wide, top + high


def apart(one: Box, other: Box) -> bool:
    return one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


@pytest.mark.parametrize("plan", PLANS, ids=["stops", "waypoints"])
def test_labels_hide_no_stop_and_no_label(plan: Plan) -> None:
    found = lettering(plan).stop_labels
    assert found
    for zoom in np.arange(3.0, 14.0, 0.25):
        boxes = [box_px(label, zoom) for label in found if label.zoom <= zoom]
        places = [world_px(stop.lat, stop.lon, zoom) for stop in plan.stops]
        badges = [(x - 17.0, y - 17.0, x + 17.0, y + 17.0) for x, y in places]
        for one, other in (*combinations(boxes, 2), *product(boxes, badges)):
            assert apart(one, other), zoom


@pytest.mark.parametrize(
    ("minutes", "text"), [(25, "12% · 25 min"), (85, "12% · 1 h 25 min"), (0, "12%")]
)
def test_a_label_tells_charge_on_arrival_and_minutes(minutes: int, text: str) -> None:
    stays = {"charging_s": 60.0 * minutes, "overhead_s": 0.0, "dwell_s": 0.0, "waited_s": 0.0}
    stop = sample_plan().stops[0].model_copy(update={"arrival_soc": 0.1249, **stays})
    assert told(stop) == text


def test_two_stops_at_one_place_hide_nothing() -> None:
    plan = sample_plan(illustrative=False)
    first = plan.stops[0]
    here = {"lat": first.lat, "lon": first.lon}
    twice = plan.model_copy(update={"stops": (first, plan.stops[1].model_copy(update=here))})
    assert len(lettering(twice).stop_labels) <= 2
    assert lettering(plan.model_copy(update={"stops": ()})).stop_labels == ()
