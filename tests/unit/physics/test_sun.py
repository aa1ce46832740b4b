"""The sun's power against pvlib 0.13, an independent program."""

import pytest

from tripplan.physics.sun import MEAN_SKY, clear_sky_w_per_m2, mean_w_per_m2


@pytest.mark.parametrize(
    ("latitude", "day", "hour", "published"),
    [
        # pvlib: get_solarposition and clearsky.haurwitz at longitude 0, hours by UTC
        (39.7, 173, 0.0, 991.0),
        (39.7, 173, 4.0, 611.0),
        (39.7, 356, 0.0, 436.0),
        (59.3, 356, 0.0, 89.0),
        (48.1, 80, -3.0, 443.0),
        (48.1, 266, 5.0, 114.0),
        (-33.9, 5, 0.0, 1014.0),
        (48.1, 173, 11.0, 0.0),
    ],
)
def test_clear_sky_agrees_with_pvlib(
    latitude: float, day: int, hour: float, published: float
) -> None:
    """Within 25 W/m2: the equation of time, up to 16 minutes, is left out."""
    assert clear_sky_w_per_m2(latitude, day, hour) == pytest.approx(published, abs=25.0)


def test_a_night_has_no_sun_and_a_summer_day_more_than_a_winter_one() -> None:
    assert mean_w_per_m2(48.1, 356, 22.0, 5.0) == 0.0
    assert mean_w_per_m2(48.1, 173, 10.0, 5.0) > 3.0 * mean_w_per_m2(48.1, 356, 10.0, 5.0)
    assert mean_w_per_m2(39.7, 173, 12.5, 0.0) == pytest.approx(MEAN_SKY * 991.0, rel=0.01)
