"""The catalogue as a list: which entries there are, filters, and how ids find cars."""

import pytest

from tripplan.errors import InvalidInputError
from tripplan.records import vehicle_table
from tripplan.records.catalogue import entries, matching, stands_for
from tripplan.records.vehicle import catalogue, find_vehicle


def test_cars_by_hand_come_first_and_hundreds_follow() -> None:
    every = entries()
    by_hand = len(catalogue())
    assert [entry.id for entry in every[:by_hand]] == list(catalogue())
    assert all(entry.kind != "by hand" for entry in every[by_hand:])
    assert len(every) >= 300
    assert sum(entry.kind == "own rating" for entry in every) >= 200
    assert len({entry.id for entry in every}) == len(every)
    assert len({entry.name for entry in every}) == len(every)


@pytest.mark.parametrize("entry", entries()[::7], ids=lambda entry: entry.id)
def test_an_entry_says_what_its_car_is(entry: object) -> None:
    assert entry in entries()
    listed = next(one for one in entries() if one is entry)
    car = find_vehicle(listed.id)
    curve = car.battery.charging_curve
    assert (car.id, car.name) == (listed.id, listed.name)
    assert car.battery.nominal_kwh == listed.usable_kwh
    assert set(listed.plugs) == set(car.fast_charging_standards)
    assert listed.dc_max_kw == (None if curve is None else pytest.approx(curve.max_kw))


def test_years_are_read_from_names_and_lines() -> None:
    by_id = {entry.id: entry for entry in entries()}
    assert by_id["bmw-i3-120"].years == (2019, 2022)
    assert by_id["kia-ev6-rwd"].years == (2021, None)
    assert by_id["generic-nev"].years is None
    assert by_id["hyundai-kona-electric-2019"].years == (2019, 2023)
    assert by_id["skoda-enyaq-iv-80-2021"].years == (2021, None)


def test_filters_hold_together() -> None:
    found = matching(["model"], make="tesla", year=2018, plug="nacs", least_kwh=90.0)
    assert {"tesla-model-s-100d-2018", "tesla-model-x-100d-2018"} <= {one.id for one in found}
    for one in found:
        assert one.make == "Tesla"
        assert "NACS" in one.plugs
        assert one.usable_kwh >= 90.0
        assert one.years is not None
        assert one.years[0] <= 2018 <= (one.years[1] or 9999)
    left = [one for one in entries() if one not in found and one.make == "Tesla"]
    assert not any(
        "model" in one.id
        and "NACS" in one.plugs
        and one.usable_kwh >= 90.0
        and one.years is not None
        and one.years[0] <= 2018 <= (one.years[1] or 9999)
        for one in left
    )


@pytest.mark.parametrize(
    ("wish", "told"), [({"plug": "schuko"}, "none of"), ({"make": "Trabant"}, "it has Abarth|Audi")]
)
def test_a_filter_that_nothing_has_is_refused(wish: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        matching(**wish)  # type: ignore[arg-type]


def test_a_record_for_which_another_car_stands_finds_that_car() -> None:
    assert find_vehicle("nissan-leaf-2014") is find_vehicle("nissan-leaf-24-2013")
    assert "nissan-leaf-2014" in stands_for("nissan-leaf-24-2013")
    listed = {entry.id for entry in entries()}
    for record, car in vehicle_table.head()["replaced"].items():
        assert record not in listed
        assert car in listed


def test_near_names_of_the_table_are_suggested() -> None:
    with pytest.raises(InvalidInputError, match="hyundai-kona-electric-2019"):
        find_vehicle("kona-electric-2019")


def test_every_record_is_listed_or_counted() -> None:
    head = vehicle_table.head()
    listed = len(vehicle_table.lines())
    assert listed + sum(head["left_out"].values()) == head["records"]


def test_every_source_says_its_licence_and_the_doubtful_one_gives_nothing() -> None:
    head = vehicle_table.head()
    codes = {given[1] for line in vehicle_table.lines().values() for given in line["v"].values()}
    assert codes <= head["sources"].keys() | head["origins"].keys()
    assert all(said["licence"] for said in head["sources"].values())
    assert "ev-database" not in str(dict(head))
