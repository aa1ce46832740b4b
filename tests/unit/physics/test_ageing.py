"""State of health by age: published medians and quartiles, and what lies between."""

from itertools import pairwise

import numpy as np
import pytest

from tripplan.errors import InvalidInputError
from tripplan.physics.ageing import soh_by_age
from tripplan.records.vehicle import find_vehicle

SAMPLES = {
    2.5: (0.9694, 0.955, 0.9425),
    3.5: (0.9517, 0.937, 0.9195),
    4.5: (0.9353, 0.919, 0.8965),
    8.5: (0.85, 0.847, 0.8045),
}
"""Age: Generational's 8,000 cars of 2025, Geotab's fleets of 2024 (1.8 % a year) and 2025 (2.3)."""


@pytest.mark.parametrize("years", SAMPLES)
def test_three_samples_of_thousands_of_cars(years: float) -> None:
    found, published = soh_by_age(years), SAMPLES[years]
    assert found.p50 == pytest.approx(sum(published) / 3.0, abs=1e-4)
    assert found.p10 < min(published)
    assert max(published) < found.p90


def test_half_of_the_cars_of_a_sample_lie_well_within_the_band() -> None:
    """Generational's quartiles, at 4 to 5 and at 8 to 12 years."""
    young, old = soh_by_age(4.5), soh_by_age(9.0)
    assert (young.p10 < 0.9164, young.p90 > 0.9649) == (True, True)
    assert (old.p10 < 0.82, old.p90 > 0.90) == (True, True)


@pytest.mark.parametrize(("km", "published"), [(30e3, 0.95), (100e3, 0.90), (300e3, 0.87)])
def test_means_of_7000_cars_by_kilometres(km: float, published: float) -> None:
    """Aviloo and P3 2024; a car that is nearly new by years."""
    assert soh_by_age(0.5, km).p50 == pytest.approx(published, abs=1e-4)


def test_teslas_that_went_far_have_more_left_than_others() -> None:
    """Above 85 % after 240,000 to 322,000 km (the maker's report): nothing was set by it."""
    found = soh_by_age(8.0, 280e3)
    assert found.p50 < 0.85 < found.p90


def test_leafs_age_as_four_samples_of_them_did() -> None:
    """Geotab's of 2013, 2014 and 2015, Flip the Fleet's of 24 kWh: years, share left."""
    sampled = ((5.0, 0.85), (5.0, 0.797), (4.0, 0.832), (4.6, 0.85))
    off = [soh_by_age(years, cooled=False).p50 - left for years, left in sampled]
    assert max(map(abs, off)) < 0.03
    assert abs(np.mean(off)) < 0.01
    for years, left in sampled:
        found = soh_by_age(years, cooled=False)
        assert found.p10 < left < found.p90


@pytest.mark.parametrize("cooled", [True, False])
def test_older_and_farther_is_never_better_and_the_band_widens(cooled: bool) -> None:
    bands = [soh_by_age(years, cooled=cooled) for years in np.linspace(0.0, 14.0, 57)]
    for one, other in pairwise(bands):
        assert other.p10 <= one.p10
        assert other.p50 <= one.p50
    assert all(band.p10 <= band.p50 <= band.p90 <= 1.0 for band in bands)
    widths = [band.p90 - band.p10 for band in bands]
    assert widths == sorted(widths)
    driven = [soh_by_age(4.0, km, cooled=cooled).p50 for km in np.linspace(0.0, 5e5, 26)]
    assert driven == sorted(driven, reverse=True)


def test_a_car_of_an_age_says_what_its_battery_rests_on() -> None:
    car = find_vehicle("tesla-model-3-lr").aged("8.5 years")
    assert car.battery.soh == 0.834
    told = " ".join(car.assumptions)
    assert "83.4 % of its battery are left" in told
    assert "eight in ten have 76 to 94 %" in told
    again = car.aged(0.9)
    assert again == find_vehicle("tesla-model-3-lr").aged(0.9)
    assert find_vehicle("nissan-leaf-24-2013").aged("8.5 years").battery.soh == 0.694


def test_kilometres_and_miles_are_read() -> None:
    car = find_vehicle("hyundai-kona-electric-2019")
    assert car.aged("1 year, 100000 km").battery.soh == 0.9
    assert car.aged("1 year 62137.12 miles").battery.soh == 0.9


@pytest.mark.parametrize("given", ["25 years", "3 years, 900000 km", "many years", "-2 years"])
def test_ages_that_nobody_published_are_refused(given: str) -> None:
    with pytest.raises(InvalidInputError, match="year"):
        find_vehicle("nissan-leaf-40").aged(given)
