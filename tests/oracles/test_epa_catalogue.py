"""Rated cars of the table on the EPA's cycles: by the planner, and by plain arithmetic."""

import random

import numpy as np
import pytest

from tripplan.records import vehicle_table
from tripplan.records.vehicle import find_vehicle
from validation import epa_catalogue
from validation.catalogue_sources import wall_kwh_per_100_miles

EVERY = epa_catalogue.rated()


def test_ratings_are_met_since_they_were_fitted_to() -> None:
    assert len(EVERY) >= 200
    assert np.abs(epa_catalogue.met(EVERY)).max() < 1e-3


def test_makers_other_families_say_more_than_the_former_default() -> None:
    left_out = np.abs(epa_catalogue.families_left_out(EVERY)).mean(axis=0)
    former = np.abs(epa_catalogue.with_default(EVERY)).mean(axis=0)
    udds, hwfet = left_out
    assert udds < 0.08
    assert hwfet < 0.04
    assert (left_out < 0.75 * former).all()


def test_the_band_of_makers_efficiencies_holds_eight_in_ten_motorway_errors() -> None:
    hwfet = np.abs(epa_catalogue.families_left_out(EVERY))[:, 1]
    assert (hwfet <= vehicle_table.head()["spread"]["group"] + 0.005).mean() >= 0.75


@pytest.mark.parametrize("cycle", epa_catalogue.CYCLES)
def test_plain_arithmetic_over_the_seconds_finds_the_ratings_too(cycle: str) -> None:
    drawn = random.Random(7).sample(EVERY, 40)  # noqa: S311 - the same ones each time
    for one in drawn:
        values = one.line["v"]
        found = wall_kwh_per_100_miles(find_vehicle(one.line["id"]), cycle, values["w"][0])
        assert found == pytest.approx(values[cycle[0]][0], rel=2e-3), one.line["id"]
