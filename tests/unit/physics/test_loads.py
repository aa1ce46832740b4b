"""What bicycles, trailers and winter tyres take, against published tests."""

from typing import Any

import numpy as np
import pytest

from tripplan.physics import loads
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import find_vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle


def kwh_per_100km(car: str, kmh: float, ambient_c: float = 20.0, **load: Any) -> float:
    """Return what a car takes on a level road with its cabin off."""
    day = Conditions.model_validate({"ambient_c": ambient_c, "cabin": "off", **load})
    vehicle = find_vehicle(car)
    subject = ConditionedVehicle.under(vehicle, day)
    none, one = np.zeros(1), np.ones(1)
    air = subject.air_density_kg_per_m3(none)
    motion_kw = subject.motion_kw(kmh / 3.6 * one, none, none, air)
    return float(subject.draw_kw(motion_kw)[0]) / kmh * 100.0


@pytest.mark.parametrize(
    ("kmh", "load", "published"),
    [
        (120.0, {}, 20.6),
        (120.0, {"roof_box": True}, 23.4),
        (120.0, {"bikes": "roof"}, 27.4),
        (120.0, {"bikes": "tow_bar"}, 22.2),
        (100.0, {"trailer": "open"}, 20.8),
        (100.0, {"trailer": "covered"}, 25.5),
        (100.0, {"trailer": "horse"}, 37.6),
        (100.0, {"trailer": "caravan"}, 41.9),
        (90.0, {"trailer": "caravan"}, 36.9),
        (80.0, {"trailer": "caravan"}, 31.7),
    ],
)
def test_an_ev6_takes_what_the_adac_measured(
    kmh: float, load: dict[str, Any], published: float
) -> None:
    """The loads were fitted before the EV6 had a drag by its own tests; bare, it is 1 % above."""
    assert kwh_per_100km("kia-ev6-rwd", kmh, **load) == pytest.approx(published, rel=0.10)


def test_bicycles_on_an_id4_take_what_aviloo_measured() -> None:
    """Three on the tow bar: as much at 123 km/h as bare at 130; on the roof three take more."""
    bare = kwh_per_100km("vw-id4-77", 130.0)
    assert kwh_per_100km("vw-id4-77", 123.0, bikes="tow_bar") == pytest.approx(bare, rel=0.03)
    share = kwh_per_100km("vw-id4-77", 120.0, bikes="roof") / kwh_per_100km("vw-id4-77", 120.0)
    assert 1.25 < share < 3.5 / 2.3


def test_a_light_folded_caravan_takes_less_than_the_usual_one() -> None:
    """thenextweb.com, Model Y at 88 km/h: 380 instead of 270 Wh/mile with one of 900 kg."""
    bare = kwh_per_100km("tesla-model-y-lr", 88.0)
    towing = kwh_per_100km("tesla-model-y-lr", 88.0, trailer="caravan", trailer_kg=900.0)
    assert towing / bare > 380.0 / 270.0


def test_a_caravan_takes_what_a_tow_car_test_and_a_long_trip_tell() -> None:
    """What Car?, Model Y: 112.5 miles of 74 kWh with 85 % of its mass; speeds are not told.

    elbil.no, Model X and 1550 kg: 35 kWh/100 km at up to 80 km/h, which is no steady 80.
    """
    load: dict[str, Any] = {"trailer": "caravan", "trailer_kg": 1700.0}
    slow, quick = (kwh_per_100km("tesla-model-y-lr", kmh, **load) for kmh in (80.0, 100.0))
    assert slow < 74.0 / 1.125 / 1.609344 < 1.05 * quick
    assert 0.85 * 35.0 < slow < 1.15 * 35.0


def test_winter_tyres_take_what_one_driver_measured() -> None:
    """InsideEVs 337262, Model S: 14 Wh/km more at 10 degrees Celsius; the Model Y is lighter."""
    summer, winter = (
        kwh_per_100km("tesla-model-y-lr", 90.0, 10.0, winter_tyres=on) for on in (False, True)
    )
    assert 0.5 * 1.4 < winter - summer < 1.1 * 1.4


def test_a_trailer_weighs_on_climbs_and_its_own_mass_counts() -> None:
    car = find_vehicle("kia-ev6-rwd")
    usual, light, none = (
        ConditionedVehicle.under(car, Conditions.model_validate(load)).mass_kg
        for load in (
            {"trailer": "caravan"},
            {"trailer": "caravan", "trailer_kg": 900.0},
            {"trailer_kg": 900.0},
        )
    )
    assert usual - none == 1500.0
    assert light - none == 900.0
    people = ConditionedVehicle.under(car, Conditions(passengers=3, bikes="roof")).mass_kg
    assert people - none == 3 * 75.0 + 45.0


def test_what_is_not_known_of_a_load_widens_the_band() -> None:
    """20 % of a caravan's drag, which is half of what is drawn, and some of its rolling."""
    assert loads.spread_of("none", "none", winter_tyres=False) == 0.0
    usual = kwh_per_100km("kia-ev6-rwd", 90.0, trailer="caravan")
    half_v2 = 0.5 * 1.2 * (90.0 / 3.6) ** 2
    drag_kwh = half_v2 * 0.2 * loads.TRAILERS["caravan"].drag_area_m2 / 0.9 / 36.0
    found = loads.spread_of("none", "caravan", winter_tyres=False)
    assert drag_kwh / usual < found < 1.5 * drag_kwh / usual
    both = loads.spread_of("roof", "caravan", winter_tyres=True)
    assert both == pytest.approx((0.12**2 + 0.06**2 + 0.03**2) ** 0.5)
