"""Which class of measurements a trip is of."""

import pytest

from tripplan.physics.bands import BANDS, class_of

KNOWN = {"driven": False, "tested": False, "weather_given": True, "speed_given": True}


@pytest.mark.parametrize(
    ("car_spread", "mean_kmh", "ambient_c", "changes", "right"),
    [
        (0.0, 105.0, 20.0, {}, "rated, mild"),
        (0.028, 105.0, 5.1, {}, "rated, mild"),
        (0.028, 105.0, 5.0, {}, "cold"),
        (0.077, 105.0, -10.0, {}, "cold"),
        (0.077, 105.0, 20.0, {}, "other, mild"),
        (0.0, 105.0, 20.0, {"tested": True}, "tested, mild"),
        (0.0, 105.0, 20.0, {"tested": True, "weather_given": False}, "tested, no weather"),
        (0.0, 105.0, 20.0, {"tested": True, "speed_given": False}, "no speed"),
        (0.0, 105.0, 5.0, {"tested": True}, "cold"),
        (0.0, 40.0, 20.0, {"tested": True}, "rated, mild"),
        (0.0, 105.0, 20.0, {"tested": True, "driven": True}, "rated, mild"),
        (0.0, 40.0, 20.0, {}, "rated, mild"),
        (0.0, 40.0, 20.0, {"driven": True}, "driven, town"),
        (0.0, 40.0, -10.0, {"driven": True}, "driven, town"),
        (0.0, 60.0, 20.0, {"driven": True}, "rated, mild"),
        (0.0, 105.0, 20.0, {"weather_given": False}, "rated, no weather"),
        (0.1, 105.0, 20.0, {"weather_given": False}, "other, no weather"),
        (0.0, 40.0, 20.0, {"weather_given": False}, "town, no weather"),
        (0.0, 40.0, 20.0, {"driven": True, "weather_given": False}, "town, no weather"),
        (0.0, 105.0, 20.0, {"speed_given": False}, "no speed"),
        (0.0, 105.0, -10.0, {"speed_given": False}, "no speed"),
        (0.0, 40.0, 20.0, {"speed_given": False}, "rated, mild"),
        (0.0, 105.0, 20.0, {"weather_given": False, "speed_given": False}, "no speed"),
        (0.1, 105.0, 20.0, {"weather_given": False, "speed_given": False}, "other, no weather"),
    ],
)
def test_the_class_is_the_widest_that_holds(
    car_spread: float, mean_kmh: float, ambient_c: float, changes: dict[str, bool], right: str
) -> None:
    assert class_of(car_spread, mean_kmh, ambient_c, **(KNOWN | changes)) == right


def test_every_class_can_be_had_and_says_what_it_rests_on() -> None:
    for band in BANDS.values():
        assert 0.05 < band.share < 0.6
        assert band.rows > 0
        assert band.words
