"""A line of the table spelt out: what is stated, what follows, and that both say so."""

from typing import Any

import pytest

from tripplan.records import vehicle_table
from tripplan.records.vehicle import CAPACITY_PROVENANCE, Vehicle

LINE: dict[str, Any] = {
    "id": "made-up-2020",
    "mk": "Made",
    "md": "Up",
    "y": [2020, 2022],
    "mt": "US",
    "kd": "own rating",
    "cl": "liquid",
    "s": 0.028,
    "v": {
        "k": [60.0, "C"],
        "a": [30.0, "T"],
        "b": [0.2, "T"],
        "c": [0.02, "T"],
        "w": [4000, "T"],
        "m": [150.0, "motor"],
        "e": [0.9, "fit"],
        "r": [0.7, "fit"],
        "dc": [100.0, "K"],
        "pl": [["CCS1"], "R"],
    },
}


def spelt(**changed: Any) -> Vehicle:
    """Return the car of the line with other entries; None takes one out."""
    values = {k: v for k, v in {**LINE["v"], **changed}.items() if v is not None}
    found = vehicle_table.values_of({**LINE, "v": values})
    found["provenance"]["battery.capacity_by_temperature"] = CAPACITY_PROVENANCE
    return Vehicle.parse(found, where="line")


@pytest.mark.parametrize(
    ("years", "name"),
    [
        ([2020, 2022], "Made Up (2020-22, US)"),
        ([2020, 2020], "Made Up (2020, US)"),
        ([2020, None], "Made Up (2020-, US)"),
    ],
)
def test_a_name_ends_with_years_and_market(years: list[int | None], name: str) -> None:
    assert vehicle_table.name_of({**LINE, "y": years}) == name


def test_stated_values_are_published_and_the_rest_is_estimated() -> None:
    car = spelt()
    kinds = {name: origin.kind for name, origin in car.provenance.items()}
    assert car.mass_kg == round(3700 * 0.45359237)
    assert (
        kinds["mass_kg"] == kinds["road_load.a_lbf"] == kinds["battery.nominal_kwh"] == "published"
    )
    assert kinds["drive_efficiency"] == "fitted"
    for name in ("battery.gross_kwh", "cabin.heater", "connectors", "battery.thermal.cooling"):
        assert kinds[name] == "estimate"
    assert "MIT" in car.provenance["battery.nominal_kwh"].source
    assert spelt(g=[64.0, "O"]).battery.gross_kwh == 64.0
    assert spelt(g=[64.0, "O"]).provenance["battery.gross_kwh"].kind == "published"


def test_a_limit_gets_the_median_taper_with_its_band() -> None:
    car = spelt()
    curve, known = car.battery.charging_curve, car.provenance["battery.charging_curve.points"]
    assert curve is not None
    assert not curve.measured
    assert curve.max_kw == 100.0
    assert (known.kind, "eight curves in ten" in known.uncertainty) == ("estimate", True)
    assert any("eight curves in ten" in sentence for sentence in car.assumptions)


def test_only_a_curve_that_no_other_car_has_counts_as_measured() -> None:
    for alone, kind in ((1, "published"), (0, "estimate")):
        car = spelt(dc=None, cv=[0, "C", alone])
        curve = car.battery.charging_curve
        assert curve is not None
        assert curve.measured == bool(alone)
        assert car.provenance["battery.charging_curve.points"].kind == kind


def test_without_stated_fast_charging_there_is_none_and_that_is_an_estimate() -> None:
    car = spelt(dc=None, pl=None)
    assert car.battery.charging_curve is None
    assert car.battery.temperature_limit is None
    assert car.connectors == ()
    assert car.provenance["connectors"].kind == "estimate"


def test_makers_share_groups_and_unknown_ones_get_that_of_all() -> None:
    assert vehicle_table.group_of("kia") == vehicle_table.group_of("Hyundai")
    assert vehicle_table.group_of("Tesla")["drive"] > 0.9
    assert vehicle_table.group_of("nobody") == vehicle_table.head()["groups"]["other makers"]
