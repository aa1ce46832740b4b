"""The page docs/models/vehicles.md: its table is the catalogue, its example is a car."""

import re
from pathlib import Path

import pytest

from tripplan.records.vehicle import Vehicle, catalogue, parse_vehicle

PAGE = Path(__file__).parents[2] / "docs" / "models" / "vehicles.md"


def page_row(car: Vehicle) -> str:
    curve, limit = car.battery.charging_curve, car.battery.temperature_limit
    cells = [
        f"`{car.id}`",
        car.name,
        f"{car.battery.nominal_kwh:g}",
        "-" if curve is None else f"{curve.max_kw:g}",
        ", ".join(car.connectors) or "-",
        car.battery.thermal.cooling,
        car.cabin.heater.replace("_", " "),
        "-" if curve is None else "measured" if curve.measured else "estimate",
        "-" if limit is None else "assumption" if limit.assumed else "published",
    ]
    return "| " + " | ".join(cells) + " |"


def test_the_page_lists_the_catalogue_as_it_is() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    cars = [row for row in rows if row.count("|") == 10]
    assert cars == [page_row(car) for car in catalogue().values()]


def test_the_car_on_the_page_can_be_read() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    car = parse_vehicle(blocks[-1], where="page")
    assert car.battery.usable_kwh == pytest.approx(50 * 0.93)
    assert car.battery.thermal.cooling_on_c == 35
    (sentence,) = car.assumptions
    assert sentence.startswith("My car: no table of charging power by pack temperature")
