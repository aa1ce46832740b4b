"""With battery heat, a plan is no worse where the car or the day is better: within its gap."""

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions

ROUNDING_S = 1e-3
MOST_WORSE = 0.015
"""Plans with heat are not proved best: by this share they may miss what a harder question found.
The worst of these draws misses 1.03 %: with air of 9 degrees Celsius a slower road is taken to the
second stop of region 100, with 7 the quicker one."""

Question = tuple[float, float, float]
"""State of health, SoC at departure and air temperature."""


def planned(seed: int, question: Question) -> Plan | None:
    """Return the plan across a region; None if there is none."""
    soh, departure_soc, ambient_c = question
    region = hilly_region(seed, size_km=450.0)
    trip = across(region, departure_soc=departure_soc, conditions=Conditions(ambient_c=ambient_c))
    try:
        return Planner(region, Settings()).plan(trip, car().aged(soh))
    except NoPlanError:
        return None


@pytest.mark.slow
@tried(derandomize=True, max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 100),
    what=st.sampled_from(["health", "departure", "air"]),
    soh=st.sampled_from([0.75, 0.85, 0.95]),
    departure_soc=st.sampled_from([0.6, 0.75, 0.9]),
    ambient_c=st.sampled_from([-15.0, -5.0, 5.0]),
    by=st.sampled_from([0.02, 0.05]),
)
def test_a_better_battery_a_fuller_one_or_milder_air_make_no_plan_worse(
    seed: int, what: str, soh: float, departure_soc: float, ambient_c: float, by: float
) -> None:
    """What is easier has a plan, whose bound is not above the harder one's plan."""
    harder = planned(seed, (soh, departure_soc, ambient_c))
    if harder is None:
        return
    easier = planned(
        seed,
        (
            soh + by * (what == "health"),
            departure_soc + by * (what == "departure"),
            ambient_c + 200.0 * by * (what == "air"),
        ),
    )
    assert easier is not None
    assert easier.certificate.lower_bound_s <= harder.total_s + ROUNDING_S
    assert easier.total_s <= harder.total_s * (1.0 + MOST_WORSE)
