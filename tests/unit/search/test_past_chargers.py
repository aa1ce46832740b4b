"""Plans that leave out a stop of a chain, and wishes that such plans keep."""

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.settings import Settings


def test_no_plan_without_one_of_its_stops_is_quicker() -> None:
    """A chain had drives from each stop to the next only: 42,381 s, and 42,180 s without one."""
    region = hilly_region(1, nodes=70, chargers=25, size_km=420.0)
    trip = across(region, conditions={"ambient_c": 36.0})
    planner = Planner(region, Settings(heat=False))
    plan = planner.plan(trip, car())
    ids = [charger.id for charger in plan.chargers]
    assert len(ids) >= 3
    for left_out in ids:
        wishes = trip.chargers.model_copy(update={"banned": (left_out,)})
        others = tuple(one for one in ids if one != left_out)
        wished = trip.model_copy(update={"via_chargers": others, "chargers": wishes})
        try:
            other = planner.plan(wished, car())
        except NoPlanError:
            continue
        assert plan.total_s <= other.total_s + 1e-3, left_out


def test_a_chain_of_the_relaxation_with_too_many_stops_is_no_plan() -> None:
    """The relaxation does not count stops: what is made of its chains has to."""
    region = hilly_region(1, nodes=70, chargers=25, size_km=420.0)
    planner = Planner(region, Settings())
    trip = across(region, conditions={"ambient_c": 36.0})
    free = planner.plan(trip, car())
    fewer = planner.plan(trip.model_copy(update={"most_stops": free.stop_count - 1}), car())
    assert fewer.stop_count < free.stop_count
    assert fewer.total_s > free.total_s
