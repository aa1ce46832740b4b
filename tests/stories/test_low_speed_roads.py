"""Low-speed vehicles on real streets: no route leads over a road that the law does not allow."""

import numpy as np

import tripplan
from tests.oracles.legal_walk import Rule, Walker, random_pairs
from tests.stories.shared_data import shared
from tripplan.errors import IllegalRoadError
from tripplan.records.trip import Place, Trip
from tripplan.sources.build import build_region

MPH = 1.609344


def test_streets_of_harrisburg_by_the_rule_of_colorado() -> None:
    ground = build_region(shared("osm/harrisburg.osm.pbf"), country="US")
    network, rule = ground.network, Rule(35 * MPH, np.inf, 25 * MPH)
    walker, planner = Walker(network, rule), tripplan.Planner(ground)
    planned = cut = 0
    for start, end in random_pairs(network, np.random.default_rng(0), 40, rule.road, 8.0):
        ends = (Place(lat=lat, lon=lon) for lat, lon in (start, end))
        trip = Trip(**dict(zip(("origin", "destination"), ends, strict=True)), law="US-CO")
        try:
            plan = planner.plan(trip, tripplan.catalogue()["nissan-sakura"], one_of_many=True)
        except IllegalRoadError as error:
            cut += error.illegal_m > 0.0
            continue
        assert plan.audit.passed, plan.audit.objections
        assert walker.faults(plan) == []
        planned += 1
    assert planned >= 20
    assert cut >= 1
