"""A planner can be made ready ahead, and then answers as it would have."""

import pytest

from tests.samples.worlds import across, car, hilly_region
from tripplan.planning.planner import Planner


@pytest.mark.parametrize("every_row", [False, True])
def test_getting_ready_ahead_changes_no_plan(every_row: bool) -> None:
    region, vehicle = hilly_region(3), car()
    trip = across(region)
    expected = Planner(region).plan(trip, vehicle)
    assert expected.stops
    planner = Planner(region)
    usable = planner.get_ready(trip, vehicle, every_row=every_row)
    assert usable == len(region.chargers.chargers)
    (rows,) = planner._cache._kept.values()  # noqa: SLF001 - what was made ahead
    made = len(rows.known)
    assert made == (usable if every_row else 0)
    assert planner.plan(trip, vehicle) == expected
    assert every_row is (len(rows.known) == made)
